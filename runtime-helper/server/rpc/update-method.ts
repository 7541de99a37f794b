import { readChanges, updateOptions } from '../../cli/commands/update.ts';
import { parseOptions } from '../../cli/options.ts';
import type { ContainerChanges } from '../../engine/index.ts';
import * as protocol from '../../protocol/index.ts';
import type { UpdateOptions } from '../../protocol/index.ts';
import { method } from './method.ts';
import * as shape from './shapes.ts';
import { asOptionFailure } from './option-failure.ts';

const { object, optional } = shape;

export const updateMethod = method(
  protocol.containerUpdate,
  object({
    id: shape.containerId,
    memory: optional(shape.filled),
    memorySwap: optional(shape.filled),
    memoryReservation: optional(shape.filled),
    cpus: optional(shape.filled),
    cpuShares: optional(shape.count),
    cpusetCpus: optional(shape.text),
    pidsLimit: optional(shape.count),
    blkioWeight: optional(shape.count),
    restart: optional(shape.filled),
  }),
  async ({ id, ...options }, { engine, operation }) => {
    await engine.updateContainer(id, changesOf(options), operation);
    return {};
  },
);

/** As the command line reads them: there is one way to say what a container may use. */
function changesOf(changes: UpdateOptions): ContainerChanges {
  try {
    const words = protocol.updateArguments(changes).slice(1);
    return readChanges(parseOptions(words, updateOptions, { stopsAtArgument: false }).options);
  } catch (cause) {
    throw asOptionFailure(cause);
  }
}

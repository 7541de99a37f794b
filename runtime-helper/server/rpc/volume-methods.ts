import { inspectVolume } from '../../cli/volume-documents.ts';
import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';
import { volumeSummary } from './summaries.ts';

const { object, optional } = shape;
const volume = object({ name: shape.filled });

export const volumeMethods: Method[] = [
  method(protocol.volumeList, shape.nothing, (_, { changes }) => ({ volumes: changes.listVolumes() })),
  method(protocol.volumeCreate, object({ name: optional(shape.filled) }), async ({ name }, { engine, operation }) =>
    volumeSummary(await engine.createVolume({ labels: {}, ...(name === undefined ? {} : { name }) }, operation)),
  ),
  method(protocol.volumeRemove, volume, async ({ name }, { engine, operation }) => {
    await engine.removeVolume(name, operation);
    return {};
  }),
  method(
    protocol.volumePrune,
    object({ all: optional(shape.flag) }),
    async ({ all = false }, { engine, operation }) => ({
      removed: (await engine.pruneVolumes({ all }, operation)).removed,
    }),
  ),
  method(protocol.volumeInspect, volume, ({ name }, { engine }) => ({
    document: inspectVolume(engine.findVolume(name)),
  })),
];

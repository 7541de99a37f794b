import type { ContainerChanges } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { each } from '../each.ts';
import { changeOptions, readLimitChanges } from '../limit-options.ts';
import type { Options, OptionTable } from '../options.ts';
import { parseRestartPolicy } from '../restart-policy.ts';
import { UsageError } from '../usage-error.ts';

/** What `container/update` takes, too. */
export const updateOptions: OptionTable = {
  ...changeOptions,
  restart: { type: 'text', help: 'Restart policy to apply when a container exits' },
};

export const update: Command = {
  name: 'update',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Update configuration of one or more containers',
  options: updateOptions,
  notBuilt: ['--cpu-rt-period', '--cpu-rt-runtime', '--kernel-memory'],
  args: { least: 1 },
  privileged: true,
  run: (call) => {
    const { engine, operation, options } = call;
    const changes = readChanges(options);
    if (Object.keys(changes).length === 0)
      throw new UsageError('you must provide one or more flags when using this command.', 1);
    return each(call, (reference) => engine.updateContainer(engine.findContainer(reference).id, changes, operation));
  },
};

/** Throws UsageError. A limit of 0 is none any more. */
export function readChanges(options: Options): ContainerChanges {
  const text = options.text('restart');
  const limits = readLimitChanges(options);
  return {
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(text === undefined ? {} : { restartPolicy: parseRestartPolicy(text) }),
  };
}

import type { Command } from '../command.ts';
import { each } from '../each.ts';
import { parseRestartPolicy } from '../restart-policy.ts';
import { UsageError } from '../usage-error.ts';

export const update: Command = {
  name: 'update',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Update configuration of one or more containers',
  options: { restart: { type: 'text', help: 'Restart policy to apply when a container exits' } },
  notBuilt: (
    '--blkio-weight --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-shares -c --cpus --cpuset-cpus --cpuset-mems --memory -m ' +
    '--memory-reservation --memory-swap --pids-limit'
  ).split(' '),
  args: { least: 1 },
  run: (call) => {
    const { engine, options } = call;
    const text = options.text('restart');
    if (text === undefined) throw new UsageError('you must provide one or more flags when using this command.', 1);
    const restartPolicy = parseRestartPolicy(text, 1);
    return each(call, (reference) => engine.updateContainer(engine.findContainer(reference).id, { restartPolicy }));
  },
};

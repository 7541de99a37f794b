import type { Command } from '../command.ts';
import { splitLabel } from '../container-options.ts';
import { UsageError } from '../usage-error.ts';

export const volumeCreate: Command = {
  name: 'volume create',
  usage: '[OPTIONS] [VOLUME]',
  summary: 'Create a volume',
  options: {
    driver: { type: 'text', short: 'd', help: 'Specify volume driver name: local' },
    label: { type: 'list', help: 'Set metadata for a volume' },
    name: { type: 'text', help: 'Specify volume name' },
  },
  notBuilt: ['-o', '--opt', '--availability', '--group', '--scope', '--secret', '--sharing', '--type'],
  args: { least: 0, most: 1 },
  privileged: true,
  run: async ({ args: [argument], engine, operation, options, terminal }) => {
    const driver = options.text('driver') ?? 'local';
    if (driver !== 'local') throw new UsageError(`volume driver "${driver}" is not there: local is the only one`, 1);
    const given = options.text('name');
    if (argument !== undefined && given !== undefined)
      throw new UsageError(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
        1,
      );
    const name = argument ?? given;
    const labels = Object.fromEntries(options.list('label').map(splitLabel));
    const volume = await engine.createVolume({ ...(name === undefined ? {} : { name }), labels }, operation);
    terminal.stdout(`${volume.name}\n`);
    return 0;
  },
};

import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { cleanText } from '../text.ts';
import { asSkiffError } from '../../lib/errors.ts';

export const volumeRm: Command = {
  name: 'volume rm',
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  summary: 'Remove one or more volumes',
  options: { force: { type: 'flag', short: 'f', help: 'Force the removal of one or more volumes' } },
  args: { least: 1 },
  privileged: true,
  run: async ({ args, engine, operation, options, terminal }) => {
    let code = 0;
    for (const name of args) {
      try {
        await engine.removeVolume(name, operation);
        terminal.stdout(`${cleanText(name)}\n`);
      } catch (error) {
        const failure = asSkiffError(error);
        // As Docker: with force, what is not there is as it was to be.
        if (options.flag('force') && failure.code === 'not-found') {
          terminal.stdout(`${cleanText(name)}\n`);
          continue;
        }
        printFailure(terminal, failure);
        code = 1;
      }
    }
    return code;
  },
};

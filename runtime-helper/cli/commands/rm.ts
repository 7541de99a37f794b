import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { cleanText } from '../text.ts';
import { asSkiffError } from '../../lib/errors.ts';

export const rm: Command = {
  name: 'rm',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Remove one or more containers',
  options: {
    force: { type: 'flag', short: 'f', help: 'Force the removal of a running container (uses SIGKILL)' },
    volumes: { type: 'flag', short: 'v', help: 'Remove anonymous volumes associated with the container' },
  },
  notBuilt: ['-l', '--link'],
  args: { least: 1 },
  privileged: true,
  run: async ({ args, engine, operation, options, terminal }) => {
    const force = options.flag('force');
    let code = 0;
    for (const reference of args) {
      try {
        await engine.removeContainer(
          engine.findContainer(reference).id,
          { force, volumes: options.flag('volumes') },
          operation,
        );
        terminal.stdout(`${cleanText(reference)}\n`);
      } catch (error) {
        operation.signal.throwIfAborted();
        const failure = asSkiffError(error);
        printFailure(terminal, failure);
        // As Docker: with force, what is not there is as it was to be.
        if (!(force && failure.code === 'not-found')) code = 1;
      }
    }
    return code;
  },
};

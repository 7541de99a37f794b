import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { asSkiffError } from '../../lib/errors.ts';

export const wait: Command = {
  name: 'wait',
  usage: 'CONTAINER [CONTAINER...]',
  summary: 'Block until one or more containers stop, then print their exit codes',
  options: {},
  args: { least: 1 },
  run: async ({ args, engine, operation, terminal }) => {
    let code = 0;
    for (const reference of args) {
      try {
        const { id } = engine.findContainer(reference);
        terminal.stdout(`${await engine.waitContainer(id, operation)}\n`);
      } catch (error) {
        operation.signal.throwIfAborted();
        printFailure(terminal, asSkiffError(error));
        code = 1;
      }
    }
    return code;
  },
};

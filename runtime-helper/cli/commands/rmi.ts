import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { cleanText } from '../text.ts';
import { asSkiffError } from '../../lib/errors.ts';

export const rmi: Command = {
  name: 'rmi',
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Remove one or more images',
  options: { force: { type: 'flag', short: 'f', help: 'Force removal of the image' } },
  notBuilt: ['--no-prune', '--platform'],
  args: { least: 1 },
  privileged: true,
  run: async ({ args, engine, operation, options, terminal }) => {
    let code = 0;
    for (const reference of args) {
      try {
        const { untagged, deleted } = await engine.removeImage(reference, { force: options.flag('force') }, operation);
        for (const name of untagged) terminal.stdout(`Untagged: ${cleanText(name)}\n`);
        for (const id of deleted) terminal.stdout(`Deleted: ${cleanText(id)}\n`);
      } catch (error) {
        operation.signal.throwIfAborted();
        printFailure(terminal, asSkiffError(error));
        code = 1;
      }
    }
    return code;
  },
};

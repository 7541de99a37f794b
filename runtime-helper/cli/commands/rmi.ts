import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { cleanText } from '../text.ts';
import { asSkiffError } from '../../lib/errors.ts';

export const rmi: Command = {
  name: 'rmi',
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Remove one or more images',
  options: {
    force: { type: 'flag', short: 'f', help: 'Force removal of the image' },
    // Nothing is left to decide: an image here stands on layers, and has no parents, as with containerd's store in Docker.
    'no-prune': { type: 'flag', help: 'Do not delete untagged parents' },
    platform: platformOption('Remove the image'),
  },
  args: { least: 1 },
  privileged: true,
  run: async ({ args, engine, operation, options, terminal }) => {
    let code = 0;
    const how = { force: options.flag('force'), ...platformFrom(options) };
    for (const reference of args) {
      try {
        const { untagged, deleted } = await engine.removeImage(reference, how, operation);
        for (const name of untagged) terminal.stdout(`Untagged: ${cleanText(name)}\n`);
        for (const id of deleted) terminal.stdout(`Deleted: ${cleanText(id)}\n`);
      } catch (error) {
        operation.signal.throwIfAborted();
        const failure = asSkiffError(error);
        printFailure(terminal, failure);
        // As Docker: with force, what is not there is as it was to be.
        if (!how.force || failure.code !== 'not-found') code = 1;
      }
    }
    return code;
  },
};

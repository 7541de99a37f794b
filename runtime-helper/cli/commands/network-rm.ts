import { asSkiffError } from '../../lib/errors.ts';
import type { Command } from '../command.ts';
import { each } from '../each.ts';

export const networkRm: Command = {
  name: 'network rm',
  usage: 'NETWORK [NETWORK...]',
  summary: 'Remove one or more networks',
  options: { force: { type: 'flag', short: 'f', help: 'Do not error if the network does not exist' } },
  args: { least: 1 },
  privileged: true,
  run: (call) =>
    each(call, async (reference) => {
      try {
        await call.engine.removeNetwork(reference);
      } catch (error) {
        if (!call.options.flag('force') || asSkiffError(error).code !== 'not-found') throw error;
        return false;
      }
      return true;
    }),
};

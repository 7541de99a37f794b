import { asSkiffError } from '../lib/errors.ts';
import type { Call } from './command.ts';
import { printFailure } from './failure.ts';
import { cleanText } from './text.ts';

/**
 * Does something with each of the containers that were named, prints the names of those where it went well, and goes on
 * with the others where it did not: exit code 1 then.
 */
export async function each(call: Call, act: (reference: string) => Promise<void>): Promise<number> {
  let code = 0;
  for (const reference of call.args) {
    try {
      await act(reference);
      call.terminal.stdout(`${cleanText(reference)}\n`);
    } catch (error) {
      call.operation.signal.throwIfAborted();
      printFailure(call.terminal, asSkiffError(error));
      code = 1;
    }
  }
  return code;
}

import { asSkiffError, type SkiffError } from '../lib/errors.ts';
import type { Call } from './command.ts';
import { printFailure } from './failure.ts';
import { cleanText } from './text.ts';

/** As many as Docker's command line has under way. */
export const manyAtOnce = { atOnce: 50 };

/** False: nothing was done, and nothing is printed. */
type Act = (reference: string) => Promise<void | boolean>;
type Outcome = { silent: boolean } | { error: unknown };

type How = {
  /** How many are under way at a time; absent: one after the other. */
  atOnce?: number;
  /** A failure that is told, but leaves the exit code 0; absent: there is none. */
  isFine?: (failure: SkiffError) => boolean;
};

/**
 * Does something with each of the containers that were named, prints the names of those where it went well, in their order, and goes
 * on with the others where it did not: exit code 1 then.
 */
export async function each(call: Call, act: Act, { atOnce = 1, isFine = () => false }: How = {}): Promise<number> {
  const { args, operation, terminal } = call;
  const outcomes: Promise<Outcome>[] = [];
  for (const [index, reference] of args.entries()) outcomes.push(attempt(outcomes[index - atOnce], act, reference));
  let code = 0;
  for (const [index, reference] of args.entries()) {
    const outcome = await outcomes[index];
    operation.signal.throwIfAborted();
    if (!outcome || !('error' in outcome)) {
      if (!outcome?.silent) terminal.stdout(`${cleanText(reference)}\n`);
      continue;
    }
    const failure = asSkiffError(outcome.error);
    printFailure(terminal, failure);
    if (!isFine(failure)) code = 1;
  }
  return code;
}

async function attempt(before: Promise<unknown> | undefined, act: Act, reference: string): Promise<Outcome> {
  await before;
  try {
    return { silent: (await act(reference)) === false };
  } catch (error) {
    return { error };
  }
}

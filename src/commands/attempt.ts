import { RequestError } from '../../runtime-helper/client/request-error.ts';
import { reportError } from '../ui/report-error.ts';
import type { CommandContext } from './context.ts';

/** Does something for a person; a failure is told, with its remedy, and after the remedy it is tried again. */
export async function attempt(context: CommandContext, what: string, action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(await failed(context, what, error))) return;
    }
  }
}

/** Tells of a failure. Returns whether it should be tried again. */
export function failed(context: CommandContext, what: string, error: unknown): Promise<boolean> {
  if (error instanceof RequestError && error.code === 'permission-denied') {
    context.refreshPrivilege().catch((failure: unknown) => context.log.warn(String(failure)));
  }
  return reportError(error, what, context);
}

/** Opens a terminal. That it could not be opened is told, with its remedy, and after the remedy it is tried again. */
export function openTerminal(
  context: CommandContext,
  what: string,
  open: (onFailure: (error: unknown) => void) => void,
): void {
  open((error) => {
    void failed(context, what, error).then((again) => {
      if (again) openTerminal(context, what, open);
    });
  });
}

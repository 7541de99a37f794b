import type { RestartPolicy } from '../engine/index.ts';
import { UsageError } from './usage-error.ts';

const names = ['no', 'always', 'unless-stopped', 'on-failure'] as const;

/** `always`, `on-failure:3`. Throws UsageError in Docker's words. */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [typed = '', count, ...rest] = text.split(':');
  if (typed === '' && count !== undefined)
    throw new UsageError('invalid restart policy format: no policy provided before colon', 125);
  if (rest.length > 0 || (count !== undefined && !/^[+-]?\d+$/.test(count)))
    throw new UsageError('invalid restart policy format: maximum retry count must be an integer', 125);
  const name = typed === '' ? 'no' : names.find((one) => one === typed);
  if (name === undefined)
    throw new UsageError(
      `invalid restart policy: unknown policy '${typed}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  const maximumRetryCount = Number(count ?? 0);
  if (name !== 'on-failure' && maximumRetryCount !== 0)
    throw new UsageError("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  if (maximumRetryCount < 0) throw new UsageError('invalid restart policy: maximum retry count cannot be negative');
  return { name, maximumRetryCount };
}

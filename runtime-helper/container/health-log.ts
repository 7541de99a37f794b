import { join } from 'node:path';
import { formatDuration } from '../lib/go-duration.ts';
import { readFileIfThere } from '../lib/parsed-files.ts';
import type { Healthcheck } from '../oci/healthcheck.ts';
import { execReason, failureOf } from '../sys/failure.ts';

/** What the last health checks came to, oldest first. */
export type HealthLog = {
  /** Checks that failed one after the other until now. */
  failingStreak: number;
  /** Times are ISO 8601 in UTC; -1: it did not end by itself, or could not be run. */
  entries: { startedAt: string; endedAt: string; exitCode: number; output: string }[];
};

/**
 * The file `health` in a container's folder, as the native program leaves it: `STATUS STREAK`, then `RESULT BEGUN ENDED HEX` for
 * each check, RESULT being an exit code, `timeout`, or `error` when it could not be run. Absent: no check has ended yet.
 */
export function readHealthLog(folder: string, check: Healthcheck | undefined): HealthLog | undefined {
  const [head = '', ...lines] = readFileIfThere(join(folder, 'health'))?.trimEnd().split('\n') ?? [];
  if (head === '') return undefined;
  return {
    failingStreak: Number(head.split(' ')[1] ?? 0),
    entries: lines.map((line) => {
      const [result = '', startedAt = '', endedAt = '', hex = ''] = line.split(' ');
      const output = Buffer.from(hex, 'hex').toString('utf8');
      return { startedAt, endedAt, ...describeResult(result, output, check) };
    }),
  };
}

/** In Docker's words. */
function describeResult(
  result: string,
  output: string,
  check: Healthcheck | undefined,
): { exitCode: number; output: string } {
  if (result === 'timeout') {
    const message = `Health check exceeded timeout (${formatDuration(check?.timeout || 30e9)})`;
    return { exitCode: -1, output: output === '' ? message : `${message}: ${output}` };
  }
  if (result !== 'error') return { exitCode: Number(result), output };
  const [stage = '', errno = '0', ...object] = output.split(' ');
  const failure = failureOf(stage, Number(errno), object.join(' '));
  const reason = stage === 'exec' ? execReason(failure.errno, failure.object) : undefined;
  return { exitCode: -1, output: reason === undefined ? failure.message : `exec: "${failure.object}": ${reason}` };
}

import { readFileSync } from 'node:fs';

/** Names this process, and no later one with its pid: `pid start-time`. */
export function ownStamp(): string {
  own ??= `${process.pid} ${startTime(process.pid)}`;
  return own;
}

let own: string | undefined;

/** Whether the process that `ownStamp` named is there. */
export function isAlive(stamp: string): boolean {
  const [pid = '', started = ''] = stamp.trim().split(' ');
  return /^\d+$/.test(pid) && startTime(Number(pid)) === started;
}

/**
 * Field 22 of proc_pid_stat(5): tells a process from a later one with the same pid. Empty when there is none, or it has ended and nobody has
 * reaped it: in some containers nobody ever does.
 */
function startTime(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // From the third field on: state, ppid, …
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

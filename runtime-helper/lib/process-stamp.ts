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

/** Field 22 of proc_pid_stat(5): tells a process from a later one with the same pid. Empty when there is none. */
function startTime(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

import { readFileSync } from 'node:fs';
import { errnoOf } from '../lib/errors.ts';

/**
 * Who holds which lock, as the kernel tells everybody (proc_locks(5)): keys are `pid:inode`. Needs no privilege and takes
 * one read for all containers; the device is left out because btrfs and overlay show another one in stat(2).
 */
export function heldLocks(): Set<string> {
  return parseLocks(readFileSync('/proc/locks', 'utf8'));
}

/**
 * Whether the process that was started at `birth` (clock ticks since boot, proc_pid_stat(5), field 22) still runs as `pid`. False also
 * when /proc doesn't show it to us (hidepid).
 */
export function isAlive(pid: string, birth: string): boolean {
  const stat = readStat(pid);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state !== 'Z' && state !== 'X' && fields[18] === birth;
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return '';
    throw error;
  }
}

/** A line reads `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF`; one that waits has `->` after the number. */
export function parseLocks(text: string): Set<string> {
  const held = new Set<string>();
  for (const line of text.split('\n')) {
    const match = /^\d+: FLOCK\s+ADVISORY\s+WRITE\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)/.exec(line);
    if (match) held.add(`${match[1]}:${match[2]}`);
  }
  return held;
}

import { readFileSync } from 'node:fs';

/**
 * Who holds which lock, as the kernel tells everybody (proc_locks(5)): keys are `pid:inode`. Needs no privilege and takes
 * one read for all containers; the device is left out because btrfs and overlay show another one in stat(2).
 */
export function heldLocks(): Set<string> {
  return parseLocks(readFileSync('/proc/locks', 'utf8'));
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

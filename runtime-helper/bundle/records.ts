import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { isFrozen } from '../sys/cgroup-tree.ts';
import { processBirth } from '../sys/process-birth.ts';
import type { Hook } from '../sys/hook.ts';
import type { HookName } from './config.ts';

/** What is known of a container, from its creation on. `birth`: of PID 1, in clock ticks since boot; so a pid that another has now is not taken for it. */
export type BundleRecord = {
  ociVersion: string;
  id: string;
  pid: number;
  birth: string;
  bundle: string;
  rootfs: string;
  created: string;
  cgroup: string;
  annotations: Record<string, string>;
  hooks: Record<HookName, Hook[]>;
};

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

export const startSocket = 'start.sock';
const fileName = 'state.json';

export const directoryOf = (root: string, id: string): string => join(root, id);

/** Claims the id. Throws already-exists, and invalid-argument for what can't be one. */
export function claim(root: string, id: string): string {
  if (!/^[\w+.-]+$/.test(id) || id === '.' || id === '..')
    throw new SkiffError('invalid-argument', `invalid container id "${id}"`);
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const directory = directoryOf(root, id);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw cause;
    throw new SkiffError('already-exists', `container with id exists: "${id}"`, { cause });
  }
  return directory;
}

export function writeRecord(directory: string, record: BundleRecord): void {
  writeAtomic(join(directory, fileName), JSON.stringify(record), { durable: false, mode: 0o600 });
}

/** Throws not-found. */
export function readRecord(root: string, id: string): BundleRecord {
  try {
    if (/^[\w+.-]+$/.test(id)) return JSON.parse(readFileSync(join(root, id, fileName), 'utf8')) as BundleRecord;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  throw new SkiffError('not-found', `container "${id}" does not exist`);
}

export const exists = (root: string, id: string): boolean =>
  /^[\w+.-]+$/.test(id) && existsSync(join(root, id, fileName));

export function forget(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

export function allRecords(root: string): BundleRecord[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((id) => (existsSync(join(root, id, fileName)) ? [readRecord(root, id)] : []));
}

export function statusOf(root: string, { id, pid, birth, cgroup }: BundleRecord): Status {
  if (processBirth(pid) !== birth) return 'stopped';
  if (existsSync(join(directoryOf(root, id), startSocket))) return 'created';
  return isFrozen(cgroup) ? 'paused' : 'running';
}

/** runtime.md, "State". */
export function stateOf(
  { ociVersion, id, pid, bundle, annotations }: BundleRecord,
  status: Status,
): Record<string, unknown> {
  return { ociVersion, id, status, ...(status === 'stopped' ? {} : { pid }), bundle, annotations };
}

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';

/** volumes/.<name>.json; its data is in volumes/<name>/_data, which belongs to root. */
export type VolumeRecord = { version: 1; name: string; createdAt: string; labels: Record<string, string> };

/** Docker's rule for names. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const filePattern = /^\.(.+)\.json$/;

export function checkVolumeName(name: string): void {
  if (namePattern.test(name) && name.length < 200) return;
  if (/^[a-zA-Z0-9]$/.test(name))
    throw new SkiffError(
      'invalid-argument',
      phrase('create {0}: volume name is too short, names should be at least two alphanumeric characters', name),
    );
  throw new SkiffError(
    'invalid-argument',
    phrase(
      'create {0}: "{0}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed',
      name,
    ),
    { hint: phrase('If you intended to pass a host directory, use an absolute path.') },
  );
}

export class VolumeRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(record: VolumeRecord): void {
    writeAtomic(this.#path(record.name), JSON.stringify(record), { durable: true });
  }

  /** Absent: no such volume. */
  read(name: string): VolumeRecord | undefined {
    if (!namePattern.test(name)) return undefined;
    try {
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as VolumeRecord;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** By name. */
  all(): VolumeRecord[] {
    const names = readdirSync(this.#folder).flatMap((file) => filePattern.exec(file)?.[1] ?? []);
    return names.toSorted().flatMap((name) => this.read(name) ?? []);
  }

  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, `.${name}.json`);
  }
}

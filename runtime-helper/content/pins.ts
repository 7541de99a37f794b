import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf } from '../lib/errors.ts';
import { sweepLocks } from '../lib/file-lock.ts';
import { isAlive, ownStamp } from '../lib/process-stamp.ts';
import { sweepTemporary } from '../lib/temporary-file.ts';

/** Digests of blobs, and diffIDs (hex) of layers. `unsaid`: and more, which is not known yet. */
export type Pinned = { blobs: string[]; layers: string[]; unsaid?: boolean };

/**
 * What is needed by somebody who is not done: a pull has blobs and layers before an image names them. A pin counts while the process that set it
 * lives. Set them inside `ImageStore.locked`, before looking what is there: then no collection falls between.
 */
export class Pins {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o711 });
  }

  /** Returns how to take it back. */
  set(pinned: Pinned): () => void {
    const path = join(this.folder, `${randomBytes(8).toString('hex')}.json`);
    writeAtomic(path, JSON.stringify({ holder: ownStamp(), ...pinned }), { durable: false });
    return () => rmSync(path, { force: true });
  }

  /** All that anybody alive has pinned; what dead ones left is taken away. */
  live(): { blobs: Set<string>; layers: Set<string>; unsaid: boolean } {
    const pins = readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(join(this.folder, name)));
    return {
      blobs: new Set(pins.flatMap(({ blobs }) => blobs)),
      layers: new Set(pins.flatMap(({ layers }) => layers)),
      unsaid: pins.some(({ unsaid }) => unsaid),
    };
  }

  /** Takes away what is left of those who were killed while they set a pin or fetched a blob. */
  sweep(): void {
    sweepTemporary(this.folder);
    sweepLocks(this.folder);
  }

  #read(path: string): Pinned[] {
    try {
      const { holder, ...pinned } = JSON.parse(readFileSync(path, 'utf8')) as Pinned & { holder: string };
      if (isAlive(holder)) return [pinned];
      rmSync(path, { force: true });
      return [];
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

import { createHash } from 'node:crypto';
import type { ImageFiles } from '../../archive/image-files.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Descriptor } from '../../oci/image-config.ts';
import type { Draft, NewImage } from './draft.ts';
import { inParallel, maxLayers } from './parallel.ts';
import type { WantedPlatform } from './wanted-platform.ts';

/** One load: what is read (`what` names it), and what becomes of it. */
export type Loading = {
  draft: Draft;
  files: ImageFiles;
  what: string;
  wanted: WantedPlatform;
  operation: Operation;
};

/** An image that has been brought in, and its id. */
export type LoadedImage = NewImage & { id: string };

/** Stores and unpacks the layers of an image, bottom first: `id` is the progress', `digest` where it is known. */
export async function receiveLayers(
  { draft, files, what, operation }: Loading,
  layers: readonly { name: string; id: string; digest?: string }[],
  diffIds: readonly string[],
): Promise<Descriptor[]> {
  const received: Descriptor[] = [];
  await inParallel(maxLayers, operation, [...layers.entries()], async ([index, { name, id, digest }], own) => {
    own.report({ id, status: 'Loading layer', current: index + 1, total: layers.length });
    const known = digest === undefined ? {} : { digest };
    const expected = { what: `${what}: ${name}`, diffId: diffIds[index] ?? '', ...known };
    received[index] = (await draft.receive(files.stream(name), expected, own)).descriptor;
  });
  return received;
}

/** Throws invalid-argument when `content` has another sha256 (hex). */
export function checkDigest(content: Uint8Array, expected: string, what: string): void {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== expected) throw new SkiffError('invalid-argument', `${what}: its digest is sha256:${found}`);
}

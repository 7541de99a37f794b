import { rmSync } from 'node:fs';
import { arch } from 'node:os';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { mediaTypes, type Descriptor } from '../../oci/image-config.ts';
import { fullName, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { Draft } from './draft.ts';
import { readFile, type ImageKeeper, type Spooled } from './keeper.ts';
import type { ImageSource } from '../types.ts';

/** Makes an image of one layer from the tar of a root file system. Returns its id. */
export async function importImage(
  keeper: ImageKeeper,
  source: ImageSource,
  options: { reference?: string; message?: string },
  operation: Operation,
): Promise<string> {
  const references = options.reference === undefined ? [] : [tagName(options.reference)];
  const what = 'path' in source ? source.path : 'the archive on stdin';
  return Draft.run(keeper, operation, async (draft) => {
    operation.report({ id: 'import', status: 'Reading' });
    const spooled = await keeper.spool('path' in source ? readFile(source.path) : source.stream, operation);
    const layer = await unpack(keeper, draft, spooled, what, operation).finally(() =>
      rmSync(spooled.path, { force: true }),
    );
    const diffIds = [layer.diffId];
    const config = draft.put(Buffer.from(JSON.stringify(newConfig(layer.diffId, options.message))), mediaTypes.config);
    const manifest = draft.manifest(config, [layer.descriptor]);
    const blobs = [layer.descriptor.digest, config.digest, manifest.digest];
    await draft.commit([{ manifest, diffIds, blobs, references }]);
    return config.digest;
  });
}

/** The diffID is known only when all has been read: so it is read again to be unpacked. */
async function unpack(
  keeper: ImageKeeper,
  draft: Draft,
  spooled: Spooled,
  what: string,
  operation: Operation,
): Promise<{ diffId: string; descriptor: Descriptor }> {
  const diffId = await keeper.diffIdOf(spooled.path, what, operation);
  operation.report({ id: 'import', status: 'Unpacking' });
  return { diffId, descriptor: await draft.layer(spooled, what, diffId, operation) };
}

/** The full name that an image can be given. Throws invalid-argument for a digest. */
export function tagName(text: string): string {
  const reference = parseReference(text);
  if (reference.digest === undefined) return fullName(withDefaultTag(reference));
  throw new SkiffError('invalid-argument', `refusing to create a tag with a digest reference: ${text}`);
}

/** image-spec, config.md. */
function newConfig(diffId: string, message: string | undefined): object {
  const created = new Date().toISOString();
  return {
    created,
    architecture: ociArchitecture(),
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created, created_by: 'skiff import', ...(message === undefined ? {} : { comment: message }) }],
  };
}

/** Go's names of what Node calls otherwise. */
export function ociArchitecture(): string {
  const node = arch();
  return node === 'x64' ? 'amd64' : node === 'ia32' ? '386' : node;
}

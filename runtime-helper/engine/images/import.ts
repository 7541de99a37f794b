import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { readSource } from '../../lib/source-bytes.ts';
import { applyChanges, type ConfigObject } from '../../oci/config-changes.ts';
import { mediaTypes } from '../../oci/image-config.ts';
import { fullName, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { download } from '../../registry/download.ts';
import { Draft } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';
import { wantedPlatform } from './wanted-platform.ts';
import type { ImageSource, ImportOptions } from '../types.ts';
import { phrase } from '../../lib/phrase.ts';

/** Makes an image of one layer from the tar of a root file system. Returns its id. */
export async function importImage(
  keeper: ImageKeeper,
  source: ImageSource,
  options: ImportOptions,
  operation: Operation,
): Promise<string> {
  const references = options.reference === undefined ? [] : [tagName(options.reference)];
  const changed = applyChanges({}, options.changes ?? []);
  const { what, bytes } = open(source, operation);
  return Draft.run(keeper, operation, async (draft) => {
    const { descriptor, diffId } = await draft.receive(bytes, { what }, operation);
    const content = newConfig(diffId, changed, options);
    const config = draft.put(Buffer.from(JSON.stringify(content)), mediaTypes.config);
    const manifest = draft.manifest(config, [descriptor]);
    const blobs = [descriptor.digest, config.digest, manifest.digest];
    await draft.commit([{ manifest, diffIds: [diffId], blobs, references }]);
    return config.digest;
  });
}

function open(source: ImageSource, { signal }: Operation): { what: string; bytes: AsyncIterable<Uint8Array> } {
  if ('path' in source) return { what: source.path, bytes: readSource(source.path, signal) };
  if ('url' in source) return { what: source.url, bytes: download(source.url, source.env, signal) };
  return { what: 'the archive on stdin', bytes: source.stream };
}

/** The full name that an image can be given. Throws invalid-argument for a digest, and for what would be taken for one. */
export function tagName(text: string): string {
  const reference = parseReference(text);
  if (reference.path === 'library/sha256')
    throw new SkiffError(
      'invalid-argument',
      phrase("refusing to create an ambiguous tag, of a digest's name: {0}", text),
    );
  if (reference.digest === undefined) return fullName(withDefaultTag(reference));
  throw new SkiffError('invalid-argument', phrase('refusing to create a tag with a digest reference: {0}', text));
}

/** image-spec, config.md. */
function newConfig(diffId: string, config: ConfigObject, { message, platform, from }: ImportOptions): object {
  const created = new Date().toISOString();
  const { os, architecture, variant } = wantedPlatform(platform).platform;
  const comment = message ?? (from === undefined ? undefined : `Imported from ${from}`);
  return {
    created,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    os,
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created, created_by: 'skiff import', ...(comment === undefined ? {} : { comment }) }],
  };
}

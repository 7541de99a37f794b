import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import {
  manifestKind,
  parseImageConfig,
  parseIndex,
  parseManifest,
  type ImageConfig,
  type Manifest,
} from '../../oci/image-config.ts';
import { choosePlatform, formatPlatform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { Registries } from '../../registry/registries.ts';
import type { FetchedManifest, Repository } from '../../registry/repository.ts';
import { retrying } from '../../registry/retry.ts';
import { assertImageTypes, assertRunnable } from './runnable.ts';
import { wantedPlatform, type WantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

/** An image in a registry: all that is known of it before its layers are fetched. */
export type RemoteImage = {
  repository: Repository;
  /** What the registry has under the name that was asked for: the image's manifest, or an index. */
  digest: string;
  fetched: FetchedManifest;
  manifest: Manifest;
  config: ImageConfig;
  configBytes: Buffer;
};

const maxNesting = 4;
/** Finds the image for a platform (absent: this machine's), at the first of its domain's mirrors that has it, or at home. */
export async function resolveRemote(
  registries: Registries,
  reference: Reference,
  platform: string | undefined,
  operation: Operation,
): Promise<RemoteImage> {
  const wanted = wantedPlatform(platform);
  const places = registries.forPull(reference);
  for (const [index, repository] of places.entries()) {
    try {
      return await resolveAt(registries, repository, reference, wanted, operation);
    } catch (error) {
      operation.signal.throwIfAborted();
      if (index === places.length - 1) throw error;
      operation.log('info', `mirror of ${reference.domain}: ${String(error)}`);
    }
  }
  throw new SkiffError('internal', `no place to look for ${reference.path}`);
}

async function resolveAt(
  registries: Registries,
  repository: Repository,
  reference: Reference,
  wanted: WantedPlatform,
  operation: Operation,
): Promise<RemoteImage> {
  const { signal } = operation;
  const get = (name: string): Promise<FetchedManifest> =>
    retrying(registries.patience, signal, () => repository.manifest(name, signal));
  const top = await get(reference.digest ?? reference.tag ?? 'latest');
  const fetched = await descend(top, get, repository.name, wanted, 0);
  const what = `manifest ${fetched.digest} of ${repository.name}`;
  const manifest = parseManifest(fetched.bytes, what);
  assertImageTypes(manifest, what);
  const configBytes = await retrying(registries.patience, signal, () => repository.smallBlob(manifest.config, signal));
  const config = parseImageConfig(configBytes, `config ${manifest.config.digest} of ${repository.name}`);
  assertRunnable(config, manifest.layers.length, wanted, what);
  return { repository, digest: top.digest, fetched, manifest, config, configBytes };
}

/** Through indexes to the manifest of an image. */
async function descend(
  found: FetchedManifest,
  get: (digest: string) => Promise<FetchedManifest>,
  name: string,
  wanted: WantedPlatform,
  depth: number,
): Promise<FetchedManifest> {
  const what = `manifest ${found.digest} of ${name}`;
  const kind = manifestKind(found.bytes, found.mediaType, what);
  if (kind.type === 'image') return { ...found, mediaType: kind.mediaType };
  if (depth >= maxNesting) throw new SkiffError('invalid-argument', `${what}: its indexes are nested too deep`);
  const entries = parseIndex(found.bytes, what);
  const chosen = choosePlatform(entries, wanted.platform);
  if (chosen) return descend(await get(chosen.digest), get, name, wanted, depth + 1);
  const offered = entries.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : []));
  throw new SkiffError(
    'not-found',
    phrase('no matching manifest for {0} in the manifest list entries of {1}', formatPlatform(wanted.platform), name),
    { hint: phrase('There is: {0}. Choose with --platform.', [...new Set(offered)].join(', ') || 'nothing') },
  );
}

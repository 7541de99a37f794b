import { arch } from 'node:os';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import {
  manifestKind,
  mediaTypes,
  parseImageConfig,
  parseIndex,
  parseManifest,
  type ImageConfig,
  type Manifest,
} from '../../oci/image-config.ts';
import { choosePlatform, fit, formatPlatform, hostPlatform, parsePlatform, type Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { Registries } from '../../registry/registries.ts';
import type { FetchedManifest, Repository } from '../../registry/repository.ts';
import { retrying } from '../../registry/retry.ts';

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

type Wanted = { platform: Platform; explicit: boolean };

const maxNesting = 4;
const configTypes: readonly string[] = [mediaTypes.config, mediaTypes.dockerConfig];
/** image-spec, layer.md; distribution, manifest-v2-2.md. What the bytes are is seen when they come. */
const layerType =
  /^application\/vnd\.(oci\.image\.layer\.(v1|nondistributable\.v1)\.tar(\+(gzip|zstd))?|docker\.image\.rootfs\.(diff|foreign\.diff)\.tar(\.(gzip|zstd))?)$/;

/** Finds the image for a platform (absent: this machine's), at the first of its domain's mirrors that has it, or at home. */
export async function resolveRemote(
  registries: Registries,
  reference: Reference,
  platform: string | undefined,
  operation: Operation,
): Promise<RemoteImage> {
  const here = hostPlatform(arch());
  const wanted = {
    platform: platform === undefined ? here : parsePlatform(platform, here),
    explicit: platform !== undefined,
  };
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
  wanted: Wanted,
  operation: Operation,
): Promise<RemoteImage> {
  const { signal } = operation;
  const get = (name: string): Promise<FetchedManifest> =>
    retrying(registries.patience, signal, () => repository.manifest(name, signal));
  const top = await get(reference.digest ?? reference.tag ?? 'latest');
  const fetched = await descend(top, get, repository.name, wanted, 0);
  const what = `manifest ${fetched.digest} of ${repository.name}`;
  const manifest = parseManifest(fetched.bytes, what);
  const configBytes = await retrying(registries.patience, signal, () => repository.smallBlob(manifest.config, signal));
  const config = parseImageConfig(configBytes, `config ${manifest.config.digest} of ${repository.name}`);
  check(manifest, config, what, wanted);
  return { repository, digest: top.digest, fetched, manifest, config, configBytes };
}

/** Through indexes to the manifest of an image. */
async function descend(
  found: FetchedManifest,
  get: (digest: string) => Promise<FetchedManifest>,
  name: string,
  wanted: Wanted,
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
    `no matching manifest for ${formatPlatform(wanted.platform)} in the manifest list entries of ${name}`,
    { hint: `There is: ${[...new Set(offered)].join(', ') || 'nothing'}. Choose with --platform.` },
  );
}

function check(
  { config: { mediaType }, layers }: Manifest,
  config: ImageConfig,
  what: string,
  { platform, explicit }: Wanted,
): void {
  if (!configTypes.includes(mediaType))
    throw new SkiffError(
      'invalid-argument',
      `${what}: no image: its config is of type ${JSON.stringify(mediaType.slice(0, 100))}`,
    );
  for (const layer of layers)
    if (!layerType.test(layer.mediaType))
      throw new SkiffError(
        'invalid-argument',
        `${what}: ${JSON.stringify(layer.mediaType.slice(0, 100))} is no layer that can be unpacked`,
      );
  const actual = { os: config.os || 'linux', architecture: config.architecture || platform.architecture };
  if (actual.os !== 'linux') throw new SkiffError('not-found', `${what}: an image for ${actual.os}, not for linux`);
  const offered = { ...actual, ...(config.variant === undefined ? {} : { variant: config.variant }) };
  if (explicit && fit(offered, platform) === 0)
    throw new SkiffError(
      'not-found',
      `${what}: wanted ${formatPlatform(platform)}, actual: ${formatPlatform(offered)}`,
    );
  if (config.diffIds.length !== layers.length)
    throw new SkiffError(
      'invalid-argument',
      `${what}: has ${layers.length} layers, its config has ${config.diffIds.length}`,
    );
}

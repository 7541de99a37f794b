import { existsSync } from 'node:fs';
import type { ImageStore } from '../../content/image-store.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Descriptor } from '../../oci/image-config.ts';
import { familiarName, fullName, parseReference, withDefaultTag, type Reference } from '../../oci/reference.ts';
import { streamBlob } from '../../registry/blob-stream.ts';
import type { Registries } from '../../registry/registries.ts';
import type { PulledImage } from '../types.ts';
import { Draft } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';
import { resolveRemote, type RemoteImage } from './resolve-remote.ts';
import { inParallel, maxLayers } from './parallel.ts';

type Pull = { keeper: ImageKeeper; registries: Registries; operation: Operation };

/** Brings an image in from its registry. What it has here already is not fetched; a pull that fails or is given up leaves nothing. */
export async function pullImage(pull: Pull, text: string, platform: string | undefined): Promise<PulledImage> {
  const { keeper, registries, operation } = pull;
  const reference = localName(withDefaultTag(parseReference(text)));
  const name = fullName(reference);
  const remote = await resolveRemote(registries, reference, platform, operation);
  // As Docker: not before it is there.
  operation.report({ id: reference.digest ?? reference.tag ?? '', status: `Pulling from ${remoteName(reference)}` });
  const before = keeper.images.images().find(({ references, digests }) => [...references, ...digests].includes(name));
  await bring(pull, remote, name);
  return {
    id: remote.manifest.config.digest,
    reference: name,
    name: familiarName(reference),
    digest: remote.digest,
    isNew: before?.id !== remote.manifest.config.digest,
  };
}

/** Pinned first: nobody's collection takes what we find here, and then don't fetch. */
async function bring(pull: Pull, remote: RemoteImage, name: string): Promise<void> {
  const { keeper, operation } = pull;
  const { images } = keeper;
  const { manifest, fetched, config } = remote;
  const layers = manifest.layers.map((layer, index): Layer => ({ layer, diffId: config.diffIds[index] ?? '' }));
  const blobs = [manifest.config.digest, fetched.digest, ...manifest.layers.map(({ digest }) => digest)];
  const work = async (draft: Draft): Promise<void> => {
    const missing = layers.filter(({ layer, diffId }) => !isHere(images, layer, diffId));
    if (missing.length > 0) announce(images, layers, operation);
    await inParallel(maxLayers, operation, missing, ({ layer, diffId }, own) =>
      fetchLayer({ ...pull, operation: own }, draft, remote, layer, diffId),
    );
    draft.put(remote.configBytes, manifest.config.mediaType);
    const stored = draft.put(fetched.bytes, fetched.mediaType);
    operation.signal.throwIfAborted();
    const image = { manifest: stored, diffIds: config.diffIds, blobs, references: [name], digest: remote.digest };
    await draft.commit([image]);
  };
  await Draft.run(keeper, operation, work, { blobs, layers: config.diffIds });
}

type Layer = { layer: Descriptor; diffId: string };

function announce(images: ImageStore, layers: readonly Layer[], operation: Operation): void {
  for (const { layer, diffId } of layers) {
    const status = isHere(images, layer, diffId) ? 'Already exists' : 'Pulling fs layer';
    operation.report({ id: shortDigest(layer), status });
  }
}

function isHere(images: ImageStore, layer: Descriptor, diffId: string): boolean {
  return images.hasBlob(layer.digest) && existsSync(images.layerPath(diffId));
}

/** Once for all who want it at the same time, from whatever process: the others wait, and find it here. */
async function fetchLayer(
  pull: Pull,
  draft: Draft,
  remote: RemoteImage,
  layer: Descriptor,
  diffId: string,
): Promise<void> {
  const { keeper, registries, operation } = pull;
  const { images } = keeper;
  const id = shortDigest(layer);
  const expected = { what: `layer ${layer.digest} of ${remote.repository.name}`, digest: layer.digest, diffId };
  const work = async (): Promise<void> => {
    // Someone else has just fetched it, or left it packed.
    if (images.hasBlob(layer.digest)) {
      if (!isHere(images, layer, diffId)) await draft.unpack(expected, operation);
      return operation.report({ id, status: 'Already exists' });
    }
    const bytes = streamBlob(remote.repository, layer, registries.patience, operation.signal);
    await draft.receive(counted(bytes, layer, operation), expected, operation);
    operation.report({ id, status: 'Pull complete' });
  };
  const onWait = (): void => operation.report({ id, status: 'Waiting' });
  await images.fetching(layer.digest, work, { signal: operation.signal, onWait });
}

/** Tells how far it is. */
async function* counted(bytes: AsyncIterable<Buffer>, layer: Descriptor, operation: Operation): AsyncGenerator<Buffer> {
  const id = shortDigest(layer);
  let current = 0;
  for await (const chunk of bytes) {
    yield chunk;
    current += chunk.length;
    operation.report({ id, status: 'Downloading', current, total: layer.size });
  }
  operation.report({ id, status: 'Download complete' });
}

/** What was asked for by digest has no tag here, even when one was given, too. */
function localName({ domain, path, tag, digest }: Reference): Reference {
  if (digest !== undefined) return { domain, path, digest };
  return { domain, path, ...(tag === undefined ? {} : { tag }) };
}

/** As Docker shows it: without the domain. */
const remoteName = ({ path }: Reference): string => path;

const shortDigest = ({ digest }: Descriptor): string => digest.replace(/^sha256:/, '').slice(0, 12);

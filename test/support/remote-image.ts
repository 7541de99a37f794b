import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { OddRegistry } from './odd-registry.ts';
import { tar, type TestEntry } from './tar.ts';

export type RemoteLayer = { tar: Buffer; blob: Buffer; digest: string; diffId: string; mediaType: string };

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** A layer in one of the compressions that images have. */
export function makeLayer(
  entries: readonly TestEntry[] | Buffer,
  compression: 'gzip' | 'zstd' | 'none' = 'gzip',
): RemoteLayer {
  const bytes = Buffer.isBuffer(entries) ? entries : tar(entries);
  const blob = { gzip: () => gzipSync(bytes), zstd: () => zstdCompressSync(bytes), none: () => bytes }[compression]();
  const mediaType = compression === 'none' ? layerType : `${layerType}+${compression}`;
  return { tar: bytes, blob, digest: sha256(blob), diffId: sha256(bytes), mediaType };
}

type Documents = { config: Record<string, unknown>; manifest: Record<string, unknown> };

/** Puts an image into a registry; `change` may spoil its documents. Returns the manifest's digest. */
export function addImage(
  registry: OddRegistry,
  tag: string,
  layers: readonly RemoteLayer[],
  change: (documents: Documents) => void = () => {},
): string {
  for (const { blob } of layers) registry.addBlob(blob);
  const config: Record<string, unknown> = {
    architecture: { x64: 'amd64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    created: '2024-01-02T03:04:05Z',
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created: '2024-01-02T03:04:05Z', created_by: `step ${index + 1}` })),
  };
  const documents: Documents = { config, manifest: {} };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  Object.assign(documents.manifest, {
    schemaVersion: 2,
    mediaType,
    layers: layers.map(({ blob, digest, mediaType: type }) => ({ mediaType: type, digest, size: blob.length })),
  });
  change(documents);
  const bytes = Buffer.from(JSON.stringify(documents.config));
  documents.manifest['config'] ??= {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: registry.addBlob(bytes),
    size: bytes.length,
  };
  return registry.addManifest(documents.manifest, tag, mediaType);
}

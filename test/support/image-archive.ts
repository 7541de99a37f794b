/** Archives of images, made so that a test can spoil any document and any file of them. */
import { digestOf } from './odd-registry.ts';
import type { RemoteLayer } from './remote-image.ts';
import { tar, type TestEntry } from './tar.ts';

type Json = Record<string, unknown>;

/** `more`: fields of the config beside those that every image has. */
function imageConfig(diffIds: readonly string[], more: Json): Json {
  return {
    architecture: { x64: 'amd64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    created: '2024-01-02T03:04:05Z',
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, index) => ({ created: '2024-01-02T03:04:05Z', created_by: `step ${index + 1}` })),
    ...more,
  };
}

/** The files of an archive of docker save (moby, image/spec/v1.2.md). */
export function dockerArchive(name: string, layers: readonly Buffer[], more: Json = {}): TestEntry[] {
  const config = Buffer.from(JSON.stringify(imageConfig(layers.map(digestOf), more)));
  const file = `${digestOf(config).slice(7)}.json`;
  const manifest = [{ Config: file, RepoTags: [name], Layers: layers.map((_, index) => `${index}/layer.tar`) }];
  return [
    { path: file, content: config },
    ...layers.map((layer, index): TestEntry => ({ path: `${index}/layer.tar`, content: layer })),
    { path: 'manifest.json', content: JSON.stringify(manifest) },
  ];
}

const ociType = (kind: string): string => `application/vnd.oci.image.${kind}`;

/** An OCI layout (image-spec, image-layout.md) in the making. */
export class OciArchive {
  readonly #files = new Map<string, Buffer>();
  #index: Json[] = [];

  /** Returns its descriptor. */
  add(content: Buffer | object, mediaType: string): { mediaType: string; digest: string; size: number } {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = digestOf(bytes);
    this.#files.set(blobName(digest), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Returns the manifest's descriptor. `more`: fields of its documents, instead of what belongs there. */
  addImage(layers: readonly RemoteLayer[], more: { config?: Json; manifest?: Json } = {}): Json {
    const diffIds = layers.map(({ diffId }) => diffId);
    const content = imageConfig(diffIds, more.config ?? {});
    const manifest = {
      ...{ schemaVersion: 2, mediaType: ociType('manifest.v1+json') },
      config: this.add(content, ociType('config.v1+json')),
      layers: layers.map(({ blob, mediaType }) => this.add(blob, mediaType)),
      ...more.manifest,
    };
    return this.add(manifest, ociType('manifest.v1+json'));
  }

  addIndex(manifests: readonly object[]): Json {
    const mediaType = ociType('index.v1+json');
    return this.add({ schemaVersion: 2, mediaType, manifests }, mediaType);
  }

  /** What index.json leads to. */
  name(name: string, descriptor: Json): this {
    this.#index.push({ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': name } });
    return this;
  }

  /** Another content, or none, under the name of a blob. */
  spoil(digest: string, content?: Buffer): this {
    if (content) this.#files.set(blobName(digest), content);
    else this.#files.delete(blobName(digest));
    return this;
  }

  files(): TestEntry[] {
    const index = { schemaVersion: 2, manifests: this.#index };
    return [
      { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { path: 'index.json', content: JSON.stringify(index) },
      ...[...this.#files].map(([path, content]): TestEntry => ({ path, content })),
    ];
  }

  tar(): Buffer {
    return tar(this.files());
  }
}

const blobName = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

import { readFileSync } from 'node:fs';
import type { StoredImage } from '../../content/image-store.ts';
import type { Operation } from '../../lib/operation.ts';
import { applyChanges, type ConfigObject } from '../../oci/config-changes.ts';
import { mediaTypes } from '../../oci/image-config.ts';
import { Draft } from './draft.ts';
import { tagName } from './import.ts';
import type { ImageKeeper } from './keeper.ts';
import { assertDepth } from './runnable.ts';

export type NewLayer = {
  /** Absent: the image gets no name. */
  reference?: string;
  author?: string;
  message?: string;
  /** What the container ran, for the history. */
  createdBy: string;
  /** What of the config is the container's own. */
  overrides: ConfigObject;
  /** Dockerfile instructions. */
  changes: readonly string[];
};

/** Returns the new image's id. */
export async function commitLayer(
  keeper: ImageKeeper,
  base: StoredImage,
  layer: AsyncIterable<Uint8Array>,
  options: NewLayer,
  operation: Operation,
): Promise<string> {
  const references = options.reference === undefined ? [] : [tagName(options.reference)];
  const before = JSON.parse(readFileSync(keeper.images.blobPath(base.id), 'utf8')) as ConfigObject;
  const config = applyChanges({ ...asObject(before['config']), ...options.overrides }, options.changes);
  const below = base.manifests[0]?.manifest.layers ?? [];
  return Draft.run(keeper, operation, async (draft) => {
    const { descriptor, diffId } = await draft.receive(layer, { what: 'the layer' }, operation);
    const diffIds = [...base.config.diffIds, diffId];
    assertDepth(diffIds, 'the new image');
    const content = newConfig(before, config, diffIds, options);
    const configBlob = draft.put(Buffer.from(JSON.stringify(content)), mediaTypes.config);
    const layers = [...below, descriptor];
    const manifest = draft.manifest(configBlob, layers);
    const blobs = [configBlob, manifest, ...layers].map(({ digest }) => digest);
    await draft.commit([{ manifest, diffIds, blobs, references }]);
    return configBlob.digest;
  });
}

function newConfig(before: ConfigObject, config: ConfigObject, diffIds: string[], options: NewLayer): ConfigObject {
  const { author, message, createdBy } = options;
  const created = new Date().toISOString();
  const signed = author === undefined ? {} : { author };
  const comment = message === undefined ? {} : { comment: message };
  const history = Array.isArray(before['history']) ? (before['history'] as unknown[]) : [];
  return {
    ...before,
    created,
    ...signed,
    config,
    rootfs: { type: 'layers', diff_ids: diffIds.map((id) => `sha256:${id}`) },
    history: [...history, { created, created_by: createdBy, ...signed, ...comment }],
  };
}

function asObject(value: unknown): ConfigObject {
  return typeof value === 'object' && value !== null ? (value as ConfigObject) : {};
}

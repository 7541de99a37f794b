import type { ContainerSize, Engine } from '../engine/index.ts';
import { unlessMissing } from '../lib/errors.ts';
import { inspectContainer, inspectImage } from './inspect-documents.ts';
import { inspectNetwork } from './inspect-network.ts';
import { noSuch } from './print-documents.ts';
import { inspectVolume } from './volume-documents.ts';

export const inspectedTypes = ['container', 'image', 'network', 'volume'] as const;
type Wanted = { type: (typeof inspectedTypes)[number] | undefined; size: boolean };
type Sizes = ReadonlyMap<string, ContainerSize>;

/**
 * Finds Docker's document about whatever has a name or id: of the wanted type, or else of the first that has one, in Docker's order. What
 * is returned throws not-found. Sizes are walked for before anything is printed.
 */
export async function documentFinder(
  engine: Engine,
  references: readonly string[],
  { type, size }: Wanted,
): Promise<(reference: string) => object> {
  const ids =
    size && (type === undefined || type === 'container')
      ? references.flatMap((one) => unlessMissing(() => engine.findContainer(one).id) ?? [])
      : [];
  const sizes = ids.length > 0 ? await engine.containerSizes(ids) : undefined;
  return (reference) => {
    if (type === 'network') return inspectNetwork(engine.findNetwork(reference));
    if (type === 'volume') return inspectVolume(engine.findVolume(reference));
    const document =
      (type === 'image' ? undefined : containerDocument(engine, reference, sizes)) ??
      (type === 'container' ? undefined : imageDocument(engine, reference)) ??
      (type === undefined ? otherDocument(engine, reference) : undefined);
    if (document) return document;
    throw noSuch(type ?? 'object', reference);
  };
}

function containerDocument(engine: Engine, reference: string, sizes?: Sizes): object | undefined {
  const container = unlessMissing(() => engine.findContainer(reference));
  if (!container) return undefined;
  const size = sizes?.get(container.id);
  const config = engine.containerConfig(container.id);
  return inspectContainer({ container, config, ...(size ? { size } : {}) });
}

function imageDocument(engine: Engine, reference: string): object | undefined {
  const image = unlessMissing(() => engine.inspectImage(reference));
  return image && inspectImage(image);
}

function otherDocument(engine: Engine, reference: string): object | undefined {
  const network = unlessMissing(() => engine.findNetwork(reference));
  if (network) return inspectNetwork(network);
  const volume = unlessMissing(() => engine.findVolume(reference));
  return volume && inspectVolume(volume);
}

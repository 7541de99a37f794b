import type { Container, Engine, Image, Volume } from '../engine/index.ts';
import type { Operation } from '../lib/operation.ts';

/** What the store's parts take on disk, in bytes. */
export type DiskUsage = {
  /** Each layer once. */
  layersSize: number;
  /** `shared`: of its size, what other images have too; `containers`: how many there are of it. */
  images: { image: Image; shared: number; containers: number }[];
  /** `active`: it runs, or is paused or waits for its restart. */
  containers: { container: Container; written: number; active: boolean }[];
  volumes: { volume: Volume; size: number }[];
};

export async function readDiskUsage(engine: Engine, operation: Operation): Promise<DiskUsage> {
  const containers = engine.listContainers({ all: true });
  const active = new Set(engine.listContainers({ all: false }).map(({ id }) => id));
  const images = engine.listImages();
  const volumes = engine.listVolumes();
  const written = await engine.containerSizes(containers.map(({ id }) => id));
  const sizes = await engine.volumeSizes(
    volumes.map(({ name }) => name),
    operation,
  );
  const { layersSize, shared } = engine.layerUsage();
  return {
    layersSize,
    images: images.map((image) => ({
      ...{ image, shared: shared.get(image.id) ?? 0 },
      containers: containers.filter(({ imageId }) => imageId === image.id).length,
    })),
    containers: containers.map((container) => ({
      ...{ container, written: written.get(container.id)?.written ?? 0, active: active.has(container.id) },
    })),
    volumes: volumes.map((volume) => ({ volume, size: sizes.get(volume.name) ?? 0 })),
  };
}

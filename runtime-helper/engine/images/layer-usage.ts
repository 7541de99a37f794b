import type { LayerUsage } from '../types.ts';

type Layered = { id: string; config: { diffIds: readonly string[] } };

/** What images take on disk, where some have layers in common. */
export function layerUsage(images: readonly Layered[], sizeOf: (diffId: string) => number): LayerUsage {
  const users = new Map<string, number>();
  const layersOf = ({ config }: Layered): string[] => [...new Set(config.diffIds)];
  for (const diffId of images.flatMap(layersOf)) users.set(diffId, (users.get(diffId) ?? 0) + 1);
  const sizes = new Map([...users.keys()].map((diffId) => [diffId, sizeOf(diffId)]));
  const sum = (diffIds: readonly string[]): number =>
    diffIds.reduce((total, diffId) => total + (sizes.get(diffId) ?? 0), 0);
  return {
    layersSize: sum([...users.keys()]),
    shared: new Map(
      images.map((image) => [image.id, sum(layersOf(image).filter((diffId) => (users.get(diffId) ?? 0) > 1))]),
    ),
  };
}

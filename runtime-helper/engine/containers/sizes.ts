import type { ContainerSize } from '../types.ts';
import type { Parts } from './parts.ts';

/** The native program answers for so many at once. */
const batch = 128;

/** What containers have written, and with it what their images bring, by full id. */
export async function containerSizes(
  { catalog, images, privileges }: Parts,
  ids: readonly string[],
): Promise<Map<string, ContainerSize>> {
  const ofImages = new Map(images.list().map(({ id, size }) => [id, size]));
  const spawner = await privileges.spawner();
  const sizes = new Map<string, ContainerSize>();
  for (let at = 0; at < ids.length; at += batch) {
    const some = ids.slice(at, at + batch);
    const answers = await spawner.request(['disk-usage', ...some]);
    some.forEach((id, index) => {
      const written = Number(answers[index] ?? 0);
      const image = catalog.records.read(id)?.imageId ?? '';
      sizes.set(id, { written, total: written + (ofImages.get(image) ?? 0) });
    });
  }
  return sizes;
}

import type { Container } from '../types.ts';
import type { Parts } from './parts.ts';
import { removeContainer } from './remove.ts';
import { containerSizes } from './sizes.ts';

/** Removes all containers at rest that `matches`; one that somebody starts in this moment stays. */
export async function pruneContainers(
  parts: Parts,
  matches: (container: Container) => boolean,
): Promise<{ removed: string[]; reclaimedBytes: number }> {
  const atRest = new Set(['created', 'exited', 'dead']);
  const chosen = parts.catalog.list({ all: true }).filter((one) => atRest.has(one.state.status) && matches(one));
  const sizes = await containerSizes(
    parts,
    chosen.map(({ id }) => id),
  );
  const removed: string[] = [];
  let reclaimedBytes = 0;
  for (const { id } of chosen) {
    const record = parts.catalog.records.read(id);
    if (!record || parts.catalog.active(record)) continue;
    await removeContainer(parts, id, { force: false });
    removed.push(id);
    reclaimedBytes += sizes.get(id)?.written ?? 0;
  }
  parts.journal.notePrune('container', reclaimedBytes);
  return { removed, reclaimedBytes };
}

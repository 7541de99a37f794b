import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';

const second = 1000;
const minute = 60 * second;

/** How long the ages on screen stay true enough, in milliseconds; undefined: there are none. */
export function refreshDelay(containers: readonly ContainerSummary[], now: number): number | undefined {
  const ages = containers.flatMap(({ state }) => {
    if (state.status === 'created' || state.status === 'dead') return [];
    return [now - Date.parse('finishedAt' in state ? state.finishedAt : state.startedAt)];
  });
  if (ages.length === 0) return undefined;
  const youngest = ages.reduce((a, b) => Math.min(a, b));
  if (youngest < 5 * second) return second;
  if (youngest < minute) return 5 * second;
  return youngest < 60 * minute ? 30 * second : 5 * minute;
}

import type { Container } from '../engine/index.ts';
import { anyFits, labelsFit, parseFilters, type Filters } from './filters.ts';
import { UsageError } from './usage-error.ts';

const keys = ['ancestor', 'before', 'exited', 'id', 'is-task', 'label', 'name', 'network', 'since', 'status', 'volume'];
const notBuilt = ['expose', 'health', 'isolation', 'publish'];
const states = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'];

export type ContainerFilter = { needsAll: boolean; choose: (containers: readonly Container[]) => Container[] };

/**
 * `ps --filter` (moby, daemon/list.go). `find` gives the container that `before` and `since` name. A filter by state or exit code
 * is about all containers, whatever --all says.
 */
export function containerFilter(entries: readonly string[], find: (reference: string) => Container): ContainerFilter {
  const missing = entries.map((entry) => entry.split('=')[0] ?? '').find((key) => notBuilt.includes(key));
  if (missing !== undefined) throw new UsageError(`filter '${missing}' is not implemented yet`, 1);
  const filters = parseFilters(entries, keys);
  checkValues(filters);
  const before = filters.get('before')?.map((reference) => find(reference).createdAt);
  const since = filters.get('since')?.map((reference) => find(reference).createdAt);
  const fits = (container: Container): boolean =>
    (before ?? []).every((time) => container.createdAt < time) &&
    (since ?? []).every((time) => container.createdAt > time) &&
    containerFits(container, filters);
  return { needsAll: filters.has('status') || filters.has('exited'), choose: (all) => all.filter(fits) };
}

function checkValues(filters: Filters): void {
  for (const status of filters.get('status') ?? [])
    if (!states.includes(status)) throw new UsageError(`invalid filter 'status=${status}'`, 1);
  for (const code of filters.get('exited') ?? [])
    if (!/^-?\d+$/.test(code)) throw new UsageError(`invalid filter 'exited=${code}'`, 1);
}

function containerFits(
  { id, image, imageId, labels, mounts, name, network, endpoints, state }: Container,
  filters: Filters,
): boolean {
  return (
    anyFits(filters.get('id'), (value) => id.startsWith(value)) &&
    anyFits(filters.get('name'), (value) => nameFits(name, value)) &&
    anyFits(filters.get('status'), (value) => state.status === value) &&
    anyFits(filters.get('exited'), (value) => state.status === 'exited' && state.exitCode === Number(value)) &&
    anyFits(filters.get('ancestor'), (value) => ancestorFits(value, image, imageId)) &&
    anyFits(filters.get('network'), (value) => network === value || endpoints.some((one) => one.network === value)) &&
    anyFits(filters.get('is-task'), (value) => value === 'false') &&
    anyFits(filters.get('volume'), (value) =>
      mounts.some((mount) => mount.target === value || ('name' in mount && mount.name === value)),
    ) &&
    labelsFit(filters.get('label'), labels)
  );
}

/** A regular expression that matches anywhere, with the slash of old names or without. */
function nameFits(name: string, pattern: string): boolean {
  try {
    const expression = new RegExp(pattern);
    return expression.test(name) || expression.test(`/${name}`);
  } catch {
    return name === pattern;
  }
}

function ancestorFits(value: string, image: string, imageId: string): boolean {
  const digits = value.replace(/^sha256:/, '');
  const tagged = (reference: string): string => (/:[^/]*$|@/.test(reference) ? reference : `${reference}:latest`);
  return (
    tagged(image) === tagged(value) ||
    (/^[0-9a-f]{4,}$/.test(digits) && imageId.startsWith(`sha256:${digits}`)) ||
    imageId === value
  );
}

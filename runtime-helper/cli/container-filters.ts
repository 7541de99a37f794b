import type { Container, Engine } from '../engine/index.ts';
import { SkiffError } from '../lib/errors.ts';
import { healthOf } from './container-words.ts';
import { anyFits, labelsFit, parseFilters, type Filters } from './filters.ts';
import { UsageError } from './usage-error.ts';

const keys = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'label',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
];
const healths = ['none', 'starting', 'healthy', 'unhealthy'];
const states = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'];

export type ContainerFilter = { needsAll: boolean; choose: (containers: readonly Container[]) => Container[] };

/**
 * `ps --filter` (moby, daemon/list.go). A filter by state or exit code is about all containers, whatever --all says.
 */
export function containerFilter(entries: readonly string[], engine: Looked): ContainerFilter {
  const filters = parseFilters(entries, keys);
  checkValues(filters);
  const createdAt = (reference: string): string => engine.findContainer(reference).createdAt;
  const before = filters.get('before')?.map(createdAt);
  const since = filters.get('since')?.map(createdAt);
  const descends = ancestry(filters.get('ancestor') ?? [], engine);
  const ports = { publish: portsOf('publish', filters), expose: portsOf('expose', filters) };
  const fits = (container: Container): boolean =>
    (before ?? []).every((time) => container.createdAt < time) &&
    (since ?? []).every((time) => container.createdAt > time) &&
    (!filters.has('ancestor') || descends(container)) &&
    portsFit(container, ports) &&
    containerFits(container, filters);
  return { needsAll: filters.has('status') || filters.has('exited'), choose: (all) => all.filter(fits) };
}

/** What filters look things up in. */
type Looked = Pick<Engine, 'findContainer' | 'inspectImage'>;

function checkValues(filters: Filters): void {
  for (const status of filters.get('status') ?? [])
    if (!states.includes(status)) throw new UsageError(`invalid filter 'status=${status}'`, 1);
  for (const health of filters.get('health') ?? [])
    if (!healths.includes(health)) throw new UsageError(`invalid filter 'health=${health}'`, 1);
  for (const code of filters.get('exited') ?? [])
    if (!/^-?\d+$/.test(code)) throw new UsageError(`invalid filter 'exited=${code}'`, 1);
}

function containerFits(container: Container, filters: Filters): boolean {
  const { id, labels, mounts, name, network, endpoints, state } = container;
  return (
    anyFits(filters.get('health'), (value) => healthOf(container) === value) &&
    anyFits(filters.get('id'), (value) => id.startsWith(value)) &&
    anyFits(filters.get('name'), (value) => nameFits(name, value)) &&
    anyFits(filters.get('status'), (value) => state.status === value) &&
    anyFits(filters.get('exited'), (value) => state.status === 'exited' && state.exitCode === Number(value)) &&
    anyFits(
      filters.get('network'),
      (value) =>
        network === value ||
        endpoints.some(
          (one) => one.network === value || (/^[0-9a-f]{4,}$/.test(value) && one.networkId.startsWith(value)),
        ),
    ) &&
    anyFits(filters.get('is-task'), (value) => value === 'false') &&
    anyFits(filters.get('volume'), (value) =>
      mounts.some(
        (mount) =>
          mount.target === value ||
          (mount.type === 'volume' && mount.name === value) ||
          (mount.type === 'bind' && mount.source === value),
      ),
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

/** Whether a container is of one of these images, or of an image that was made of one: its layers begin with that one's. */
function ancestry(references: readonly string[], engine: Looked): (container: Container) => boolean {
  const layersOf = remember((reference: string) => layersIn(engine, reference));
  const descends = (wanted: string, { image, imageId }: Container): boolean => {
    if (isCalled(wanted, image, imageId)) return true;
    const [below, own] = [layersOf(wanted), layersOf(imageId)];
    return below.length > 0 && below.every((layer, at) => own[at] === layer);
  };
  return (container) => references.some((reference) => descends(reference, container));
}

/** diffIDs, bottom first; none of an image that is gone. */
function layersIn(engine: Looked, reference: string): string[] {
  if (reference === 'host' || reference === '@host') return [];
  try {
    return engine.inspectImage(reference).layers.map(({ diffId }) => diffId);
  } catch (error) {
    if (error instanceof SkiffError && (error.code === 'not-found' || error.code === 'invalid-argument')) return [];
    throw error;
  }
}

function remember<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? find(key);
    known.set(key, value);
    return value;
  };
}

function isCalled(value: string, image: string, imageId: string): boolean {
  const digits = value.replace(/^sha256:/, '');
  const tagged = (reference: string): string => (/:[^/]*$|@/.test(reference) ? reference : `${reference}:latest`);
  return (
    tagged(image) === tagged(value) ||
    (/^[0-9a-f]{4,}$/.test(digits) && imageId.startsWith(`sha256:${digits}`)) ||
    imageId === value
  );
}

/** `80`, `8000-8010/udp`: each as `80/tcp`. Absent: not asked for. */
function portsOf(key: 'publish' | 'expose', filters: Filters): Set<string> | undefined {
  const values = filters.get(key);
  return values && new Set(values.flatMap((value) => portRange(key, value)));
}

function portRange(key: string, value: string): string[] {
  const [, first = '', last = first, protocol = 'tcp'] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(value) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === '' || count < 1 || Number(last) > 65_535)
    throw new UsageError(`invalid filter '${key}=${value}': not a port, nor a range of ports`, 1);
  return Array.from({ length: count }, (_, at) => `${Number(first) + at}/${protocol}`);
}

/** Either will do: `publish` is about the host's ports, `expose` about the container's. */
function portsFit(
  { ports }: Container,
  { publish, expose }: Record<'publish' | 'expose', Set<string> | undefined>,
): boolean {
  if (!publish && !expose) return true;
  return ports.some(
    ({ hostPort, port, protocol }) =>
      (hostPort !== undefined && publish?.has(`${hostPort}/${protocol}`)) || expose?.has(`${port}/${protocol}`),
  );
}

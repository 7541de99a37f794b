/** What the engine knows, in the protocol's shapes. */
import { version } from '../../cli/version.ts';
import { isPredefined, type Container, type Image, type Info, type Network, type Volume } from '../../engine/index.ts';
import {
  protocolVersion,
  type ContainerLimits,
  type ContainerMount,
  type ContainerState,
  type ContainerSummary,
  type EngineInfo,
  type ImageSummary,
  type NetworkMember,
  type NetworkSummary,
  type VolumeSummary,
} from '../../protocol/index.ts';

export function containerSummary(container: Container): ContainerSummary {
  const { id, name, image, imageId, command, createdAt, labels, tty, openStdin, ipAddress, ports, endpoints, mounts } =
    container;
  return {
    id,
    name,
    image,
    imageId,
    command,
    createdAt,
    labels,
    state: containerState(container.state),
    tty,
    interactive: openStdin,
    ports,
    networks: endpoints.map(({ network }) => network),
    addresses: Object.fromEntries(
      endpoints.flatMap(({ network, ipv4 }) => (ipv4 === undefined ? [] : [[network, withoutPrefix(ipv4)]])),
    ),
    mounts: mounts.map(mountSummary),
    limits: limitsOf(container.limits),
    ...restartOf(container.restartPolicy),
    ...(ipAddress === undefined ? {} : { ipAddress }),
  };
}

/** A quota and its period are a number of CPUs, too. */
function limitsOf({
  memory,
  nanoCpus,
  cpuQuota,
  cpuPeriod = 100_000,
  pidsLimit,
}: Container['limits']): ContainerLimits {
  const cpus = nanoCpus === undefined ? (cpuQuota === undefined ? undefined : cpuQuota / cpuPeriod) : nanoCpus / 1e9;
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(pidsLimit === undefined || pidsLimit < 0 ? {} : { pidsLimit }),
  };
}

function restartOf({ name, maximumRetryCount }: Container['restartPolicy']): { restart?: string } {
  if (name === 'no') return {};
  return { restart: maximumRetryCount > 0 ? `${name}:${maximumRetryCount}` : name };
}

function mountSummary(mount: Container['mounts'][number]): ContainerMount {
  const { type, target } = mount;
  if (type === 'tmpfs') return { type, source: '', target, readonly: mount.options.includes('ro') };
  return { type, source: type === 'bind' ? mount.source : mount.name, target, readonly: mount.readonly };
}

function containerState(state: Container['state']): ContainerState {
  switch (state.status) {
    case 'created':
    case 'dead':
      return { status: state.status };
    case 'running':
    case 'paused': {
      const { status, pid, startedAt, health } = state;
      return { status, pid, startedAt, ...(health === undefined ? {} : { health }) };
    }
    case 'restarting':
    case 'exited': {
      const { status, exitCode, signal, oomKilled, stopped, startedAt, finishedAt } = state;
      return { status, exitCode, signal, oomKilled, stopped, startedAt, finishedAt };
    }
  }
}

export function imageSummary({ id, references, createdAt, size }: Image): ImageSummary {
  return { id, references, size, ...(createdAt === undefined ? {} : { createdAt }) };
}

/** `containers`: all of the store's, whether they run or not. */
export function networkSummary(network: Network, containers: readonly Container[]): NetworkSummary {
  const { id, name, driver, ipv4, ipv6, internal } = network;
  return {
    id,
    name,
    driver,
    predefined: isPredefined(name),
    ...(ipv4 ? { subnet: ipv4.subnet, gateway: ipv4.gateway } : {}),
    ...(ipv6 ? { subnet6: ipv6.subnet } : {}),
    internal,
    containers: containers
      .flatMap((container) => memberOf(network, container))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** None, or one. */
function memberOf(
  { name: network, driver }: Network,
  { id, name, network: mode, endpoints }: Container,
): NetworkMember[] {
  const endpoint = endpoints.find((one) => one.network === network);
  // On `host` and `none` nobody has an address. From a bridge one may have been disconnected since.
  if (!endpoint) return driver !== 'bridge' && mode === network ? [{ id, name }] : [];
  const { ipv4, ipv6 } = endpoint;
  return [
    {
      id,
      name,
      ...(ipv4 === undefined ? {} : { ipv4: withoutPrefix(ipv4) }),
      ...(ipv6 === undefined ? {} : { ipv6: withoutPrefix(ipv6) }),
    },
  ];
}

const withoutPrefix = (address: string): string => address.replace(/\/.*/, '');

export function volumeSummary({ name, createdAt, mountpoint, anonymous, users }: Volume): VolumeSummary {
  return { name, createdAt, mountpoint, anonymous, users };
}

export function engineSummary(info: Info): EngineInfo {
  const { root, runRoot, storeId, kernel, architecture, containers, running, images, privilege } = info;
  return {
    version,
    protocolVersion,
    root,
    runRoot,
    storeId,
    kernel,
    architecture,
    containers,
    running,
    images,
    privilege,
  };
}

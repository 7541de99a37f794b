/** Docker's document about a container, but for its network (moby, api/types/container: InspectResponse). */
import type { Container, ContainerConfig, ContainerSize } from '../engine/index.ts';

/** Go's zero time, which Docker shows for what has not happened. */
const never = '0001-01-01T00:00:00Z';

export type Inspected = { container: Container; config: ContainerConfig; size?: ContainerSize };

/** What comes before NetworkSettings. */
export function containerDocument({ container, config, size }: Inspected): object {
  const { id, name, imageId, command, createdAt, state } = container;
  const [path = '', ...args] = command;
  return {
    Id: id,
    Created: createdAt,
    Path: path,
    Args: args,
    State: stateOf(state),
    Image: imageId,
    ResolvConfPath: config.files.resolvConf,
    HostnamePath: config.files.hostname,
    HostsPath: config.files.hosts,
    LogPath: config.files.log,
    Name: `/${name}`,
    RestartCount: 'restartCount' in state ? state.restartCount : 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: hostConfig(container),
    ...(size ? { SizeRw: size.written, SizeRootFs: size.total } : {}),
    Mounts: container.mounts.map(mountOf),
    Config: configOf(container, config),
  };
}

function stateOf(state: Container['state']): object {
  const pid = 'pid' in state ? state.pid : 0;
  const ending = 'exitCode' in state ? state : undefined;
  return {
    Status: state.status,
    Running: pid !== 0 || state.status === 'restarting',
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: ending?.oomKilled ?? false,
    Dead: state.status === 'dead',
    Pid: pid,
    ExitCode: ending?.exitCode ?? 0,
    Error: ending?.error ?? '',
    StartedAt: 'startedAt' in state ? state.startedAt : never,
    FinishedAt: ending?.finishedAt ?? never,
    // Templates ask whether there is one.
    Health: undefined,
  };
}

function hostConfig({ autoRemove, confinement, limits, mounts, network, restartPolicy }: Container): object {
  const binds = mounts.flatMap((mount) => {
    if (mount.type === 'tmpfs') return [];
    const source = mount.type === 'bind' ? mount.source : mount.name;
    return [`${source}:${mount.target}${mount.readonly ? ':ro' : ''}`];
  });
  return {
    Binds: binds.length > 0 ? binds : null,
    NetworkMode: network,
    RestartPolicy: { Name: restartPolicy.name, MaximumRetryCount: restartPolicy.maximumRetryCount },
    AutoRemove: autoRemove,
    CapAdd: confinement.capAdd ?? null,
    CapDrop: confinement.capDrop ?? null,
    GroupAdd: confinement.groupAdd ?? null,
    Privileged: confinement.privileged ?? false,
    ReadonlyRootfs: confinement.readonlyRoot ?? false,
    Init: confinement.init ?? false,
    OomScoreAdj: confinement.oomScoreAdj ?? 0,
    ShmSize: confinement.shmSize ?? 64 * 1024 * 1024,
    Sysctls: confinement.sysctls ?? {},
    Ulimits: (confinement.ulimits ?? []).map(({ name, soft, hard }) => ({ Name: name, Hard: hard, Soft: soft })),
    CpuShares: limits.cpuShares ?? 0,
    Memory: limits.memory ?? 0,
    NanoCpus: limits.nanoCpus ?? 0,
    BlkioWeight: limits.blkioWeight ?? 0,
    CpuPeriod: limits.cpuPeriod ?? 0,
    CpuQuota: limits.cpuQuota ?? 0,
    CpusetCpus: limits.cpusetCpus ?? '',
    CpusetMems: limits.cpusetMems ?? '',
    MemoryReservation: limits.memoryReservation ?? 0,
    MemorySwap: limits.memorySwap ?? (limits.memory ?? 0) * 2,
    MemorySwappiness: limits.memorySwappiness ?? null,
    OomKillDisable: limits.oomKillDisable ?? false,
    PidsLimit: limits.pidsLimit ?? null,
  };
}

function mountOf(mount: Container['mounts'][number]): object {
  if (mount.type === 'tmpfs')
    return { Type: 'tmpfs', Source: '', Destination: mount.target, Mode: '', RW: true, Propagation: '' };
  return {
    Type: mount.type,
    ...(mount.type === 'volume' ? { Name: mount.name } : {}),
    Source: mount.type === 'bind' ? mount.source : mount.name,
    Destination: mount.target,
    ...(mount.type === 'volume' ? { Driver: 'local' } : {}),
    Mode: mount.readonly ? 'ro' : '',
    RW: !mount.readonly,
    Propagation: mount.type === 'bind' ? mount.propagation : '',
  };
}

function configOf(container: Container, config: ContainerConfig): object {
  const { command, confinement, hostname, image, labels, openStdin, stopSignal, stopTimeout, tty } = container;
  return {
    Hostname: hostname,
    Domainname: confinement.domainname ?? '',
    User: config.user,
    Tty: tty,
    OpenStdin: openStdin,
    Env: config.env,
    Cmd: command,
    Image: image,
    WorkingDir: config.workingDir,
    Entrypoint: null,
    Labels: labels,
    StopSignal: stopSignal,
    ...(stopTimeout === undefined ? {} : { StopTimeout: stopTimeout }),
  };
}

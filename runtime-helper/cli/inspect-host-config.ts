/** `HostConfig` of Docker's document about a container (moby, api/types/container: HostConfig). */
import type { Container, ContainerConfig, DeviceLimit, NamespaceMode, PortRequest } from '../engine/index.ts';
import { asMap, listOrNil, nilList, type Nil } from './template/values.ts';

export function hostConfig(container: Container, config: ContainerConfig): object {
  const { annotations, autoRemove, confinement, log, network, restartPolicy } = container;
  return {
    Binds: bindsOf(container),
    ContainerIDFile: '',
    LogConfig: { Type: log.driver, Config: asMap({ ...log.options }) },
    NetworkMode: network,
    PortBindings: asMap(portBindings(config.networking.ports)),
    RestartPolicy: { Name: restartPolicy.name, MaximumRetryCount: restartPolicy.maximumRetryCount },
    AutoRemove: autoRemove,
    VolumeDriver: '',
    VolumesFrom: listOrNil(container.volumesFrom),
    Mounts: mountsOf(container),
    ...(annotations ? { Annotations: asMap({ ...annotations }) } : {}),
    CapAdd: capabilities(confinement.capAdd),
    CapDrop: capabilities(confinement.capDrop),
    CgroupnsMode: confinement.cgroup ?? 'private',
    ...namesOf(config.networking),
    GroupAdd: listOrNil(confinement.groupAdd),
    IpcMode: confinement.ipc === 'none' ? 'none' : modeOf(confinement.ipc) || 'private',
    OomScoreAdj: confinement.oomScoreAdj ?? 0,
    PidMode: modeOf(confinement.pid),
    Privileged: confinement.privileged ?? false,
    ReadonlyRootfs: confinement.readonlyRoot ?? false,
    SecurityOpt: securityOptions(confinement),
    PublishAllPorts: config.networking.publishAll ?? false,
    ...tmpfsOf(container),
    UTSMode: modeOf(confinement.uts),
    UsernsMode: '',
    Runtime: container.runtime,
    ShmSize: confinement.shmSize ?? 64 * 1024 * 1024,
    Sysctls: asMap({ ...confinement.sysctls }),
    Init: confinement.init ?? false,
    Isolation: '',
    ...resourcesOf(container),
    MaskedPaths: config.maskedPaths,
    ReadonlyPaths: config.readonlyPaths,
  };
}

/** As `-v` would say them; a volume that was made for the container alone was not named by anybody. */
function bindsOf({ mounts }: Container): readonly string[] | Nil {
  const binds = mounts.flatMap((mount) => {
    if (mount.by !== undefined || mount.type === 'tmpfs' || (mount.type === 'volume' && mount.anonymous)) return [];
    const source = mount.type === 'bind' ? mount.source : mount.name;
    return [`${source}:${mount.target}${mount.readonly ? ':ro' : ''}`];
  });
  return listOrNil(binds);
}

function portBindings(ports: readonly PortRequest[]): Record<string, object[]> {
  const map: Record<string, object[]> = {};
  for (const { protocol, port, hostIp, first, last, automatic } of ports) {
    if (automatic) continue;
    const host = first === 0 ? '' : first === last ? String(first) : `${first}-${last}`;
    (map[`${port}/${protocol}`] ??= []).push({ HostIp: hostIp, HostPort: host });
  }
  return map;
}

function capabilities(names: readonly string[] = []): readonly string[] | Nil {
  const all = names.map((name) => {
    const upper = name.toUpperCase().replace(/^CAP_/, '');
    return upper === 'ALL' ? upper : `CAP_${upper}`;
  });
  return listOrNil(all);
}

function namesOf({ dns, extraHosts, links }: ContainerConfig['networking']): object {
  return {
    Dns: dns.servers,
    DnsOptions: dns.options,
    DnsSearch: dns.search,
    ExtraHosts: listOrNil(extraHosts),
    Links: listOrNil(links.map(({ id, alias }) => `${id}:${alias}`)),
  };
}

function modeOf(mode: NamespaceMode | undefined): string {
  return typeof mode === 'object' ? `container:${mode.container}` : mode === 'host' ? 'host' : '';
}

function securityOptions({
  apparmor,
  noNewPrivileges,
  seccomp,
  systemPathsUnconfined,
}: Container['confinement']): readonly string[] | Nil {
  const options = [
    ...(noNewPrivileges ? ['no-new-privileges'] : []),
    ...(seccomp === undefined ? [] : [`seccomp=${seccomp === 'unconfined' ? seccomp : seccomp.profile}`]),
    ...(apparmor === undefined ? [] : [`apparmor=${apparmor}`]),
    ...(systemPathsUnconfined ? ['systempaths=unconfined'] : []),
  ];
  return listOrNil(options);
}

/** As `--mount` said them; absent without. */
function mountsOf({ mounts }: Container): object[] | undefined {
  const asked = mounts.filter(({ by }) => by === 'mount').map(mountDocument);
  return asked.length > 0 ? asked : undefined;
}

function mountDocument(mount: Container['mounts'][number]): object {
  const common = (source: string, readonly: boolean): object => ({
    Type: mount.type,
    ...(source === '' ? {} : { Source: source }),
    Target: mount.target,
    ...(readonly ? { ReadOnly: true } : {}),
  });
  switch (mount.type) {
    case 'bind': {
      const { propagation, recursive, source, readonly } = mount;
      const options = {
        ...(propagation === 'rprivate' ? {} : { Propagation: propagation }),
        ...(recursive ? {} : { NonRecursive: true }),
      };
      return { ...common(source, readonly), ...(Object.keys(options).length > 0 ? { BindOptions: options } : {}) };
    }
    case 'volume': {
      const { anonymous, copy, name, readonly, subpath } = mount;
      const options = { ...(copy ? {} : { NoCopy: true }), ...(subpath === undefined ? {} : { Subpath: subpath }) };
      const source = anonymous ? '' : name;
      return { ...common(source, readonly), ...(Object.keys(options).length > 0 ? { VolumeOptions: options } : {}) };
    }
    case 'tmpfs':
      return { ...common('', mount.options.includes('ro')), ...tmpfsOptions(mount.options) };
  }
}

function tmpfsOptions(options: readonly string[]): object {
  const valueOf = (key: string): string | undefined =>
    options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
  const [size, mode] = [valueOf('size'), valueOf('mode')];
  if (size === undefined && mode === undefined) return {};
  return {
    TmpfsOptions: {
      ...(size === undefined ? {} : { SizeBytes: Number(size) }),
      ...(mode === undefined ? {} : { Mode: Number.parseInt(mode, 8) }),
    },
  };
}

function tmpfsOf({ mounts }: Container): object {
  const pairs = mounts.flatMap((mount) =>
    mount.type === 'tmpfs' && mount.by === undefined ? [[mount.target, mount.options.join(',')]] : [],
  );
  return pairs.length > 0 ? { Tmpfs: asMap(Object.fromEntries(pairs) as Record<string, string>) } : {};
}

function resourcesOf({ confinement, limits }: Container): object {
  return {
    CpuShares: limits.cpuShares ?? 0,
    Memory: limits.memory ?? 0,
    NanoCpus: limits.nanoCpus ?? 0,
    CgroupParent: confinement.cgroupParent ?? '',
    BlkioWeight: limits.blkioWeight ?? 0,
    BlkioWeightDevice: devicesOf('Weight', limits.blkioWeightDevice),
    BlkioDeviceReadBps: devicesOf('Rate', limits.deviceReadBps),
    BlkioDeviceWriteBps: devicesOf('Rate', limits.deviceWriteBps),
    BlkioDeviceReadIOps: devicesOf('Rate', limits.deviceReadIops),
    BlkioDeviceWriteIOps: devicesOf('Rate', limits.deviceWriteIops),
    CpuPeriod: limits.cpuPeriod ?? 0,
    CpuQuota: limits.cpuQuota ?? 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: limits.cpusetCpus ?? '',
    CpusetMems: limits.cpusetMems ?? '',
    Devices: (confinement.privileged ? [] : (confinement.devices ?? [])).map(({ device, access }) => ({
      ...{ PathInContainer: device.path, CgroupPermissions: access },
    })),
    DeviceCgroupRules: listOrNil(
      confinement.deviceRules?.map(
        ({ type, major = '*', minor = '*', access }) => `${type} ${major}:${minor} ${access}`,
      ),
    ),
    DeviceRequests: nilList,
    MemoryReservation: limits.memoryReservation ?? 0,
    MemorySwap: limits.memorySwap ?? (limits.memory ?? 0) * 2,
    MemorySwappiness: limits.memorySwappiness ?? null,
    OomKillDisable: limits.oomKillDisable ?? false,
    PidsLimit: limits.pidsLimit ?? null,
    Ulimits: (confinement.ulimits ?? []).map(({ name, soft, hard }) => ({ Name: name, Hard: hard, Soft: soft })),
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  };
}

function devicesOf(word: 'Weight' | 'Rate', limits: readonly DeviceLimit[] = []): object[] {
  return limits.map(({ path, value }) => ({ Path: path, [word]: value }));
}

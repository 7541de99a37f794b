/** Docker's document about a container, but for its network (moby, api/types/container: InspectResponse). */
import { healthcheckConfig, type Container, type ContainerConfig, type ContainerSize } from '../engine/index.ts';
import { healthOf } from './container-words.ts';
import { hostConfig } from './inspect-host-config.ts';
import { asMap, listOrNil, nilList, nilMap } from './template/values.ts';

/** Go's zero time, which Docker shows for what has not happened. */
export const never = '0001-01-01T00:00:00Z';

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
    State: { ...stateOf(state, config), ...healthState(container, config) },
    Image: imageId,
    ResolvConfPath: config.files.resolvConf,
    HostnamePath: config.files.hostname,
    HostsPath: config.files.hosts,
    LogPath: config.files.log,
    Name: `/${name}`,
    RestartCount: 'restartCount' in state ? state.restartCount : 0,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: config.apparmorProfile ?? '',
    ExecIDs: listOrNil(config.sessions),
    HostConfig: hostConfig(container, config),
    GraphDriver: graphDriver(config),
    ...(size ? { SizeRw: size.written, SizeRootFs: size.total } : {}),
    Mounts: container.mounts.map((mount) => mountOf(mount, config.files.volumes)),
    Config: configOf(container, config),
  };
}

function stateOf(state: Container['state'], { failedStart }: ContainerConfig): object {
  const pid = 'pid' in state ? state.pid : 0;
  const ending = 'exitCode' in state ? state : undefined;
  // Once it has run, that is what there is to say.
  const failed = state.status === 'created' ? failedStart : undefined;
  return {
    Status: state.status,
    Running: pid !== 0 || state.status === 'restarting',
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: ending?.oomKilled ?? false,
    Dead: state.status === 'dead',
    Pid: pid,
    ExitCode: ending?.exitCode ?? failed?.exitCode ?? 0,
    Error: ending?.error ?? failed?.error ?? '',
    StartedAt: 'startedAt' in state ? state.startedAt : never,
    FinishedAt: ending?.finishedAt ?? never,
  };
}

/** Absent where nobody asks: templates look whether there is one. */
function healthState(container: Container, { health }: ContainerConfig): object {
  const status = healthOf(container);
  if (status === 'none') return { Health: undefined };
  const entries = health?.entries ?? [];
  const startedAt = 'startedAt' in container.state ? container.state.startedAt : '';
  // The log outlives a restart, the count does not.
  const isOld = (entries.at(-1)?.startedAt ?? '') < startedAt;
  const log = entries.map(({ startedAt: start, endedAt, exitCode, output }) => ({
    ...{ Start: start, End: endedAt, ExitCode: exitCode, Output: output },
  }));
  return { Health: { Status: status, FailingStreak: isOld ? 0 : (health?.failingStreak ?? 0), Log: log } };
}

function mountOf(mount: Container['mounts'][number], volumes: string): object {
  if (mount.type === 'tmpfs')
    return { Type: 'tmpfs', Source: '', Destination: mount.target, Mode: '', RW: true, Propagation: '' };
  return {
    Type: mount.type,
    ...(mount.type === 'volume' ? { Name: mount.name } : {}),
    Source: mount.type === 'bind' ? mount.source : `${volumes}/${mount.name}/_data`,
    Destination: mount.target,
    ...(mount.type === 'volume' ? { Driver: 'local' } : {}),
    Mode: mount.readonly ? 'ro' : '',
    RW: !mount.readonly,
    Propagation: mount.type === 'bind' ? mount.propagation : '',
  };
}

/** Many a script looks for the layers on disk. */
function graphDriver({ files: { lowers, snapshot } }: ContainerConfig): object {
  return {
    Data: asMap({ LowerDir: lowers.join(':'), UpperDir: `${snapshot}/upper`, WorkDir: `${snapshot}/work` }),
    Name: 'overlay2',
  };
}

function configOf(container: Container, config: ContainerConfig): object {
  const { confinement, healthcheck, hostname, image, labels, openStdin, stopSignal, stopTimeout, tty } = container;
  const exposed = [
    ...config.networking.exposed,
    ...config.networking.ports.map((one) => `${one.port}/${one.protocol}`),
  ];
  const anonymous = container.mounts.flatMap((one) => (one.type === 'volume' && one.anonymous ? [one.target] : []));
  return {
    Hostname: hostname,
    Domainname: confinement.domainname ?? '',
    User: config.user,
    AttachStdin: config.attach.includes('stdin'),
    AttachStdout: config.attach.includes('stdout'),
    AttachStderr: config.attach.includes('stderr'),
    ...(exposed.length > 0 ? { ExposedPorts: emptyObjects(exposed) } : {}),
    Tty: tty,
    OpenStdin: openStdin,
    StdinOnce: config.stdinOnce,
    // What we add ourselves is nobody's wish.
    Env: config.env.filter((line) => line !== `HOSTNAME=${hostname}`),
    Cmd: listOrNil(config.cmd),
    ...(healthcheck ? { Healthcheck: healthcheckConfig(healthcheck) } : {}),
    Image: image,
    Volumes: anonymous.length > 0 ? emptyObjects(anonymous) : nilMap,
    WorkingDir: config.workingDir,
    Entrypoint: listOrNil(config.entrypoint),
    OnBuild: nilList,
    Labels: asMap({ ...labels }),
    StopSignal: stopSignal,
    ...(stopTimeout === undefined ? {} : { StopTimeout: stopTimeout }),
  };
}

/** How Go writes a set. */
const emptyObjects = (names: readonly string[]): object => asMap(Object.fromEntries(names.map((name) => [name, {}])));

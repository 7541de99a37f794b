/** Docker's documents about containers and images, with what we know: a field that would be a guess is left out. */
import type { Container, Image } from '../engine/index.ts';

/** Go's zero time, which Docker shows for what has not happened. */
const never = '0001-01-01T00:00:00Z';

export function inspectContainer(container: Container): object {
  const { id, name, image, imageId, command, createdAt, hostname, tty, openStdin, autoRemove, network } = container;
  const [path = '', ...args] = command;
  const address = container.ipAddress ?? '';
  return {
    Id: id,
    Created: createdAt,
    Path: path,
    Args: args,
    State: stateOf(container.state),
    Image: imageId,
    Name: `/${name}`,
    HostConfig: { NetworkMode: network, AutoRemove: autoRemove },
    Config: { Hostname: hostname, Tty: tty, OpenStdin: openStdin, Cmd: command, Image: image },
    NetworkSettings: { IPAddress: address, Networks: { [network]: { IPAddress: address } } },
  };
}

function stateOf(state: Container['state']): object {
  const running = state.status === 'running';
  const ended = state.status === 'exited';
  return {
    Status: state.status,
    Running: running,
    OOMKilled: ended && state.oomKilled,
    Pid: running ? state.pid : 0,
    ExitCode: ended ? state.exitCode : 0,
    StartedAt: 'startedAt' in state ? state.startedAt : never,
    FinishedAt: ended ? state.finishedAt : never,
  };
}

export function inspectImage({ id, references, createdAt, size }: Image): object {
  return { Id: id, RepoTags: references, ...(createdAt === undefined ? {} : { Created: createdAt }), Size: size };
}

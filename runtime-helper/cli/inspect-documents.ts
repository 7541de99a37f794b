/** Docker's documents about containers and images, with what we know: a field that would be a guess is left out. */
import type { Container, ImageDescription } from '../engine/index.ts';
import { networkSettings } from './inspect-network.ts';

/** Go's zero time, which Docker shows for what has not happened. */
const never = '0001-01-01T00:00:00Z';

export function inspectContainer(container: Container): object {
  const { id, name, image, imageId, command, createdAt, hostname, tty, openStdin, autoRemove, network } = container;
  const [path = '', ...args] = command;
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
    NetworkSettings: networkSettings(container),
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

/** moby, api/types/image: InspectResponse. */
export function inspectImage(image: ImageDescription): object {
  const { id, references, digests, comment, createdAt, dockerVersion, author, layers, size, variant } = image;
  const [top, ...below] = layers.map(({ path }) => path).toReversed();
  return {
    Id: id,
    RepoTags: references,
    RepoDigests: digests,
    Parent: '',
    Comment: comment,
    ...(createdAt === undefined ? {} : { Created: createdAt }),
    DockerVersion: dockerVersion,
    Author: author,
    Config: { ...emptyConfig, ...image.config },
    Architecture: image.architecture,
    ...(variant === undefined ? {} : { Variant: variant }),
    Os: image.os,
    Size: size,
    GraphDriver: {
      Data: {
        ...(below.length > 0 ? { LowerDir: below.join(':') } : {}),
        ...(top === undefined ? {} : { UpperDir: top }),
      },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: never },
  };
}

/** What Docker shows of a config that says nothing. */
const emptyConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
};

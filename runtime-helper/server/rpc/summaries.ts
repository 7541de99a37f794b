/** What the engine knows, in the protocol's shapes. */
import { version } from '../../cli/version.ts';
import type { Container, Image, Info } from '../../engine/index.ts';
import {
  protocolVersion,
  type ContainerState,
  type ContainerSummary,
  type EngineInfo,
  type ImageSummary,
} from '../../protocol/index.ts';

export function containerSummary(container: Container): ContainerSummary {
  const { id, name, image, imageId, command, createdAt, labels, tty, openStdin, ipAddress } = container;
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
    ...(ipAddress === undefined ? {} : { ipAddress }),
  };
}

function containerState(state: Container['state']): ContainerState {
  switch (state.status) {
    case 'created':
    case 'dead':
      return { status: state.status };
    case 'running':
    case 'paused':
      return { status: state.status, pid: state.pid, startedAt: state.startedAt };
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

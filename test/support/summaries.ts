import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';

/** A container as the protocol tells of it; whatever is not said is plain. */
export function containerSummary(name: string, change: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    id: Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64),
    name,
    image: '@host',
    imageId: 'host',
    command: ['true'],
    createdAt: '2026-01-01T00:00:00Z',
    labels: {},
    state: { status: 'created' },
    tty: false,
    interactive: false,
    ports: [],
    networks: [],
    addresses: {},
    mounts: [],
    limits: {},
    ...change,
  };
}

export const runningState: ContainerState = { status: 'running', pid: 7, startedAt: '2026-01-01T00:00:00Z' };

export function exitedState(
  exitCode: number,
  change: Partial<Extract<ContainerState, { status: 'exited' }>> = {},
): ContainerState {
  return {
    status: 'exited',
    exitCode,
    signal: exitCode > 128 ? exitCode - 128 : 0,
    oomKilled: false,
    stopped: false,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:00Z',
    ...change,
  };
}

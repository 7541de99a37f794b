/** What a container uses, as curves: pure. */
import type { ContainerUsage } from '../../runtime-helper/protocol/types.ts';

/** One moment of a container. */
export type UsagePoint = {
  /** Milliseconds since 1970. */
  takenAt: number;
  /** Percent: 100 for each processor that is kept busy. */
  cpu: number;
  /** Bytes. */
  memory: number;
  memoryLimit: number;
  /** Bytes a second. */
  received: number;
  sent: number;
  read: number;
  written: number;
  /** Processes and threads. */
  pids: number;
};

/** Absent: the two are no moments of one life, one after the other. */
export function pointBetween(before: ContainerUsage, now: ContainerUsage, takenAt: number): UsagePoint | undefined {
  const milliseconds = now.clock - before.clock;
  if (milliseconds <= 0 || now.cpuMilliseconds < before.cpuMilliseconds) return undefined;
  // An interface that is taken away takes its count along.
  const perSecond = (earlier: number, later: number): number => (Math.max(0, later - earlier) / milliseconds) * 1000;
  return {
    takenAt,
    cpu: ((now.cpuMilliseconds - before.cpuMilliseconds) / milliseconds) * 100,
    memory: now.memory,
    memoryLimit: now.memoryLimit,
    received: perSecond(before.networkReceived, now.networkReceived),
    sent: perSecond(before.networkSent, now.networkSent),
    read: perSecond(before.blockRead, now.blockRead),
    written: perSecond(before.blockWritten, now.blockWritten),
    pids: now.pids,
  };
}

/** How long curves are. */
export const historySeconds = 120;

/** The last minutes of a container. */
export class UsageHistory {
  #before: ContainerUsage | undefined;
  #points: UsagePoint[] = [];

  get points(): readonly UsagePoint[] {
    return this.#points;
  }

  /** Returns the new point; absent: it takes one more to make one. */
  add(usage: ContainerUsage, takenAt: number): UsagePoint | undefined {
    const point = this.#before && pointBetween(this.#before, usage, takenAt);
    this.#before = usage;
    if (!point) return undefined;
    this.#points.push(point);
    this.#points = this.#points.filter((one) => takenAt - one.takenAt <= historySeconds * 1000);
    return point;
  }

  /** Nobody has looked for a while: what comes next has nothing to do with what was before. */
  interrupt(): void {
    this.#before = undefined;
  }
}

/** `12.3%`, with fewer digits as it grows. */
export function describePercent(percent: number): string {
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)}%`;
}

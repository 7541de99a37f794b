import { totalmem } from 'node:os';
import { containerCgroups, processesOf, readUsage } from '../../sys/cgroups.ts';
import { readNetworkBytes, readProcess } from '../../sys/process-table.ts';
import type { StatsSample } from '../types.ts';
import type { Parts } from './parts.ts';

/** What a container has used so far. Absent: it does not run. */
export function sampleContainer({ catalog }: Parts, id: string): StatsSample | undefined {
  const record = catalog.record(id);
  const state = catalog.state(record);
  if (state.status !== 'running' && state.status !== 'paused') return undefined;
  const groups = containerCgroups(state.pid, record.id);
  const processes = processesOf(groups).flatMap((pid) => readProcess(pid) ?? []);
  const usage = readUsage(groups);
  const network = record.network === 'host' ? { received: 0, sent: 0 } : readNetworkBytes(state.pid);
  const sum = (value: (process: (typeof processes)[number]) => number): number =>
    processes.reduce((total, process) => total + value(process), 0);
  return {
    takenAt: performance.now(),
    cpuMilliseconds: usage.cpuNanoseconds > 0 ? usage.cpuNanoseconds / 1e6 : sum((one) => one.cpuMilliseconds),
    // Where no controller counts it: what is the processes' own.
    memory: usage.memory ?? sum((one) => one.memory),
    memoryLimit: Math.min(usage.memoryLimit ?? Infinity, totalmem()),
    networkReceived: network.received,
    networkSent: network.sent,
    blockRead: usage.blockRead ?? 0,
    blockWritten: usage.blockWritten ?? 0,
    pids: sum((one) => one.threads),
  };
}

import { readFileSync } from 'node:fs';
import { hostDevices } from '../../container/host-devices.ts';
import type { DeviceLimit, LimitChanges, Limits } from '../../container/limits.ts';
import { possibleLimits } from '../../container/possible-limits.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log } from '../../lib/operation.ts';
import { limitFeatures } from '../../sys/limit-features.ts';
import type { LimitsRequest } from '../types.ts';
import { phrase, type Phrase } from '../../lib/phrase.ts';

/** What was asked for with devices looked up, and without what this machine can't limit, which is told. Throws invalid-argument. */
export function planLimits(request: LimitsRequest, log: Log): Limits {
  if (Object.keys(request).length === 0) return {};
  assertOnline(request);
  const { limits, warnings } = possibleLimits(withDevices(request), limitFeatures());
  for (const warning of warnings) log('warn', warning);
  return limits;
}

function withDevices(request: LimitsRequest): Limits {
  const { blkioWeightDevice, deviceReadBps, deviceWriteBps, deviceReadIops, deviceWriteIops, ...rest } = request;
  const named = { blkioWeightDevice, deviceReadBps, deviceWriteBps, deviceReadIops, deviceWriteIops };
  const found = Object.entries(named).flatMap(([name, list]) => (list ? [[name, list.map(deviceLimit)]] : []));
  return { ...rest, ...(Object.fromEntries(found) as Partial<Record<keyof typeof named, DeviceLimit[]>>) };
}

function deviceLimit({ path, value }: Pick<DeviceLimit, 'path' | 'value'>): DeviceLimit {
  const [{ major, minor } = { major: 0, minor: 0 }] = hostDevices(path, path);
  return { path, value, major, minor };
}

/** All CPUs and memory nodes, as ranges. */
export function machineSets(): { cpus: string; nodes: string } {
  return { cpus: readRange('cpu'), nodes: readRange('node') };
}

function readRange(kind: 'cpu' | 'node'): string {
  try {
    return readFileSync(`/sys/devices/system/${kind}/online`, 'utf8').trim();
  } catch {
    return '0';
  }
}

/** Throws invalid-argument for CPUs and memory nodes that this machine has not. */
export function assertOnline({ cpusetCpus, cpusetMems }: Pick<LimitChanges, 'cpusetCpus' | 'cpusetMems'>): void {
  const { cpus, nodes } = machineSets();
  if (cpusetCpus) assertWithin(cpusetCpus, cpus, missingCpus);
  if (cpusetMems) assertWithin(cpusetMems, nodes, missingNodes);
}

const missingCpus = (requested: string, available: string): Phrase =>
  phrase('requested CPUs are not available - requested {0}, available: {1}', requested, available);
const missingNodes = (requested: string, available: string): Phrase =>
  phrase('requested memory nodes are not available - requested {0}, available: {1}', requested, available);

function assertWithin(requested: string, available: string, missing: typeof missingCpus): void {
  const ranges = rangesOf(available);
  const isThere = ([first, last]: Range): boolean => ranges.some(([from, to]) => from <= first && last <= to);
  if (!rangesOf(requested).every(isThere)) throw new SkiffError('invalid-argument', missing(requested, available));
}

type Range = readonly [number, number];

/** `0-3,7` */
function rangesOf(text: string): Range[] {
  return text.split(',').map((part): Range => {
    const [first = '', last = first] = part.split('-');
    return [Number(first), Number(last)];
  });
}

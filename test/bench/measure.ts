import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compile } from '../support/compile.ts';
import type { CpuGroup } from './cpu-group.ts';

/** One thing to be timed: a command as a whole process, or (`many`) an amount of work with its duration in nanoseconds. */
export type Measurement = {
  name: string;
  /** Made anew before each run, untimed. */
  before?: () => void;
  command: () => readonly string[];
  env?: Record<string, string>;
  /** Waits for what goes on behind it: part of its processor time, not of its duration. */
  settle?: () => void;
  /** Where the engine is that does the work: its processor time counts, too. */
  group?: CpuGroup;
  after?: () => void;
};

/** What belongs together and is run interleaved, so that a slow moment of the machine hits all alike. */
export type Subject = {
  title: string;
  rounds: number;
  measurements: Measurement[];
  /** The measurement that the others are multiples of. */
  unit: string;
};

export type Sample = { wall: number; cpu: number };

const timed = compile(join(import.meta.dirname, 'timed.c'));

/** Runs each measurement in turn, `rounds` times. The first round warms up and does not count. */
export function measure(subject: Subject): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>(subject.measurements.map(({ name }) => [name, []]));
  for (let round = 0; round <= subject.rounds; round += 1) {
    for (const measurement of subject.measurements) {
      measurement.before?.();
      const sample = runTimed(measurement);
      measurement.after?.();
      if (round > 0) samples.get(measurement.name)?.push(sample);
    }
  }
  return samples;
}

function runTimed({ name, command, env, settle, group }: Measurement): Sample {
  const before = group?.used() ?? 0;
  const { stdout, stderr } = spawnSync(timed, group?.inside(command()) ?? command(), {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const [wall, cpu, status] = stdout.trim().split(' ').map(Number);
  if (status !== 0 || wall === undefined || cpu === undefined)
    throw new Error(`${name}: ${command().join(' ')} ended with ${status}: ${stderr}`);
  settle?.();
  return { wall, cpu: group ? group.used() - before : cpu };
}

/** Runs a command that only prepares, and returns what it printed. */
export function prepare(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout.trim();
}

export function minimum(values: readonly number[]): number {
  return Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

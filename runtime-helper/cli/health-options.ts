import type { CreateOptions, Healthcheck } from '../engine/index.ts';
import { parseDuration } from '../lib/go-duration.ts';
import type { Options, OptionTable } from './options.ts';
import { UsageError } from './usage-error.ts';

/** Options of `run` and `create` about whether a container is well. */
export const healthOptions: OptionTable = {
  'health-cmd': { type: 'text', help: 'Command to run to check health' },
  'health-interval': {
    type: 'text',
    value: 'duration',
    help: 'Time between running the check (ms|s|m|h) (default 0s)',
  },
  'health-retries': { type: 'number', help: 'Consecutive failures needed to report unhealthy' },
  'health-start-interval': {
    type: 'text',
    value: 'duration',
    help: 'Time between running the check during the start period (ms|s|m|h) (default 0s)',
  },
  'health-start-period': {
    type: 'text',
    value: 'duration',
    help: 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)',
  },
  'health-timeout': {
    type: 'text',
    value: 'duration',
    help: 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)',
  },
  'no-healthcheck': { type: 'flag', help: 'Disable any container-specified HEALTHCHECK' },
};

const nothing: Healthcheck = { test: [], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };

/** Throws UsageError in Docker's words. */
export function readHealthOptions(options: Options): Pick<CreateOptions, 'healthcheck'> {
  const command = options.text('health-cmd') ?? '';
  const retries = options.number('health-retries') ?? 0;
  const given: Healthcheck = {
    test: command === '' ? [] : ['CMD-SHELL', command],
    interval: duration(options, 'health-interval', 'Interval'),
    timeout: duration(options, 'health-timeout', 'Timeout'),
    startPeriod: duration(options, 'health-start-period', 'StartPeriod'),
    startInterval: duration(options, 'health-start-interval', 'StartInterval'),
    retries,
  };
  if (retries < 0) throw bad('--health-retries cannot be negative');
  const says = Object.values(given).some((value) => (typeof value === 'number' ? value !== 0 : value.length > 0));
  if (!options.flag('no-healthcheck')) return says ? { healthcheck: given } : {};
  if (says) throw bad('--no-healthcheck conflicts with --health-* options');
  return { healthcheck: { ...nothing, test: ['NONE'] } };
}

/** Nanoseconds; 0: not given. */
function duration(options: Options, name: string, field: string): number {
  const text = options.text(name);
  if (text === undefined) return 0;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    const quoted = JSON.stringify(text);
    throw new UsageError(`invalid argument ${quoted} for "--${name}" flag: time: invalid duration ${quoted}`, 125, {
      hint: true,
    });
  }
  if (milliseconds < 0) throw bad(`--${name} cannot be negative`);
  if (milliseconds > 0 && milliseconds < 1) throw new UsageError(`${field} in Healthcheck cannot be less than 1ms`);
  return milliseconds * 1e6;
}

const bad = (message: string): UsageError => new UsageError(message, 125);

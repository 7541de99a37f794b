import { bad, optionalObject, words } from './json.ts';

/**
 * How a container is asked whether it is well: Docker's extension of an image's config (image-spec, config.md, "HEALTHCHECK"; moby,
 * api/types/container: HealthConfig). Times in nanoseconds, as there; 0: the default.
 */
export type Healthcheck = {
  /** `CMD` and argv, `CMD-SHELL` and a line for the shell, `NONE`; empty: as in the image. */
  test: string[];
  interval: number;
  timeout: number;
  startPeriod: number;
  startInterval: number;
  retries: number;
};

/** Milliseconds; Docker's defaults. */
export type HealthcheckPlan = {
  args: string[];
  interval: number;
  timeout: number;
  startPeriod: number;
  startInterval: number;
  retries: number;
};

const nanoseconds = 1e6;
const mostRetries = 2 ** 31 - 1;
const defaults = { interval: 30_000, timeout: 30_000, startPeriod: 0, startInterval: 5000, retries: 3 };

/** Absent: the image has none. Untrusted; throws invalid-argument that names `what`. */
export function parseHealthcheck(value: unknown, what: string): Healthcheck | undefined {
  if (value === undefined || value === null) return undefined;
  const config = optionalObject(value, what);
  const number = (name: string): number => {
    const given = config[name] ?? 0;
    if (typeof given !== 'number' || !Number.isFinite(given)) throw bad(`${what}.${name}: not a number`);
    // A whole number that JSON and the native program can say; what is longer is forever all the same.
    return Math.min(Math.max(0, Math.trunc(given)), name === 'Retries' ? mostRetries : Number.MAX_SAFE_INTEGER);
  };
  return {
    test: words(config['Test'], `${what}.Test`),
    interval: number('Interval'),
    timeout: number('Timeout'),
    startPeriod: number('StartPeriod'),
    startInterval: number('StartInterval'),
    retries: number('Retries'),
  };
}

/** What is said for a container goes before what its image says (moby, runconfig: merge). */
export function mergeHealthcheck(given?: Healthcheck, image?: Healthcheck): Healthcheck | undefined {
  if (!given || !image) return given ?? image;
  return {
    test: given.test.length > 0 ? given.test : image.test,
    interval: given.interval || image.interval,
    timeout: given.timeout || image.timeout,
    startPeriod: given.startPeriod || image.startPeriod,
    startInterval: given.startInterval || image.startInterval,
    retries: given.retries || image.retries,
  };
}

/** What is run, and how often. Absent: nothing is. `shell`: the image's; empty: `/bin/sh -c`. */
export function planHealthcheck(check: Healthcheck | undefined, shell: string[] = []): HealthcheckPlan | undefined {
  const [kind, ...rest] = check?.test ?? [];
  if (!check || rest.length === 0 || (kind !== 'CMD' && kind !== 'CMD-SHELL')) return undefined;
  const line = kind === 'CMD' ? [] : shell.length > 0 ? shell : ['/bin/sh', '-c'];
  const time = (name: 'interval' | 'timeout' | 'startPeriod' | 'startInterval'): number =>
    check[name] === 0 ? defaults[name] : Math.max(1, Math.round(check[name] / nanoseconds));
  return {
    args: [...line, ...rest],
    interval: time('interval'),
    timeout: time('timeout'),
    startPeriod: time('startPeriod'),
    startInterval: time('startInterval'),
    retries: check.retries || defaults.retries,
  };
}

/** As a config has it: what is not said is left out. */
export function healthcheckConfig(check: Healthcheck): object {
  const { test, interval, timeout, startPeriod, startInterval, retries } = check;
  return {
    ...(test.length > 0 ? { Test: test } : {}),
    ...(interval ? { Interval: interval } : {}),
    ...(timeout ? { Timeout: timeout } : {}),
    ...(startPeriod ? { StartPeriod: startPeriod } : {}),
    ...(startInterval ? { StartInterval: startInterval } : {}),
    ...(retries ? { Retries: retries } : {}),
  };
}

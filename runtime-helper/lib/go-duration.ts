/** Spans of time as Go's package `time` writes them. */
const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const duration = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|us|µs|ns|s)/g;

/** Go's time.ParseDuration: `1h30m`, `-1.5s`. Milliseconds; absent: it is none. */
export function parseDuration(text: string): number | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  if (rest === '' || rest.replaceAll(duration, '') !== '') return undefined;
  const total = [...rest.matchAll(duration)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? 0),
    0,
  );
  return sign === '-' ? -total : total;
}

/** Nanoseconds as Go's time.Duration prints them: `1m30s`, `100ms`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds < 1e9) {
    const [unit, size] = nanoseconds >= 1e6 ? ['ms', 1e6] : nanoseconds >= 1e3 ? ['µs', 1e3] : ['ns', 1];
    return `${nanoseconds / size}${unit}`;
  }
  const seconds = nanoseconds / 1e9;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = Number((seconds % 60).toFixed(9));
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

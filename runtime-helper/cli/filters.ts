import { UsageError } from './usage-error.ts';

/** Values by key, as `--filter key=value` gives them. Throws UsageError for a key that is not among `known`. */
export function parseFilters(entries: readonly string[], known: readonly string[]): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const entry of entries) {
    const at = entry.indexOf('=');
    if (at < 0)
      throw new UsageError(`invalid argument "${entry}" for "-f, --filter" flag: invalid filter '${entry}'`, 1);
    const key = entry.slice(0, at).trim().toLowerCase();
    if (!known.includes(key)) throw new UsageError(`invalid filter '${key}'`, 1);
    filters.set(key, [...(filters.get(key) ?? []), entry.slice(at + 1).trim()]);
  }
  return filters;
}

/** True when no value was asked for, or one of them fits. */
export function anyFits(values: readonly string[] | undefined, fits: (value: string) => boolean): boolean {
  return values === undefined || values.some(fits);
}

/** True when the labels have all of `key` and `key=value`. */
export function labelsFit(values: readonly string[] | undefined, labels: Readonly<Record<string, string>>): boolean {
  return (values ?? []).every((value) => {
    const at = value.indexOf('=');
    if (at < 0) return Object.hasOwn(labels, value);
    return Object.hasOwn(labels, value.slice(0, at)) && labels[value.slice(0, at)] === value.slice(at + 1);
  });
}

import { UsageError } from './usage-error.ts';

export type Filters = ReadonlyMap<string, readonly string[]>;

const expected = 'bad format of filter (expected name=value)';

/** Values by key, as `--filter key=value` gives them. Throws UsageError for a key that is not among `known`. */
export function parseFilters(entries: readonly string[], known: readonly string[]): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const entry of entries) {
    const at = entry.indexOf('=');
    // As Docker: this alone is wrong on the command line itself, and not only for a daemon.
    if (at < 0)
      throw new UsageError(`invalid argument "${entry}" for "--filter" flag: ${expected}`, 125, { hint: true });
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

/** Go's strconv.ParseBool, as the filters take it; undefined when it was not given. */
export function flagOf(filters: Filters, key: string): boolean | undefined {
  const text = filters.get(key)?.at(-1);
  if (text === undefined) return undefined;
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new UsageError(`invalid filter '${key}=[${text}]'`, 1);
}

/** A glob as Go's path.Match reads it: `*` and `?` stop at a slash. */
export function globMatches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[\\^$+.()|{}]|\*|\?/g, (one) =>
    one === '*' ? '[^/]*' : one === '?' ? '[^/]' : `\\${one}`,
  );
  try {
    return new RegExp(`^${source}$`, 'u').test(text);
  } catch {
    throw new UsageError(`invalid filter 'reference=[${pattern}]'`, 1);
  }
}

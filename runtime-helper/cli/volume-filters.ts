import type { Volume } from '../engine/index.ts';
import { flagOf } from './filters.ts';
import { UsageError } from './usage-error.ts';

type Test = (volume: Volume) => boolean;

/** `--filter KEY=VALUE` of volumes: filters of one key are alternatives, but for label; all keys must hold. */
export function volumeFilter(filters: readonly string[], allowed: readonly string[]): Test {
  const byKey = new Map<string, string[]>();
  for (const filter of filters) {
    const at = filter.indexOf('=');
    if (at < 0) throw new UsageError('invalid argument: bad format of filter (expected name=value)', 1);
    const key = filter.slice(0, at);
    if (!allowed.includes(key)) throw new UsageError(`invalid filter '${key}'`, 1);
    byKey.set(key, [...(byKey.get(key) ?? []), filter.slice(at + 1)]);
  }
  const tests = [...byKey].map(([key, values]): Test => testOf(key, values));
  return (volume) => tests.every((test) => test(volume));
}

function testOf(key: string, values: readonly string[]): Test {
  switch (key) {
    case 'name':
      return ({ name }) => values.some((value) => name.includes(value));
    case 'driver':
      return () => values.includes('local');
    case 'dangling': {
      const wanted = flagOf(new Map([[key, values]]), key);
      return ({ users }) => wanted === (users.length === 0);
    }
    case 'label':
      return ({ labels }) => values.every((value) => hasLabel(labels, value));
    case 'label!':
      return ({ labels }) => !values.some((value) => hasLabel(labels, value));
    default:
      return () => true;
  }
}

function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  return at < 0 ? wanted in labels : labels[wanted.slice(0, at)] === wanted.slice(at + 1);
}

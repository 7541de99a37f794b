import type { Network } from '../engine/index.ts';
import { flagOf } from './filters.ts';
import { UsageError } from './usage-error.ts';

type Test = (network: Network) => boolean;

/** `--filter KEY=VALUE` of `network ls`: values of one key are alternatives, keys must all hold. `used`: by any container. */
export function networkFilter(filters: readonly string[], used: ReadonlySet<string>): Test {
  const byKey = new Map<string, Test[]>();
  for (const filter of filters) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(filter) ?? [];
    if (key === '')
      throw new UsageError(
        `invalid argument "${filter}" for "-f, --filter" flag: bad format of filter (expected name=value)`,
        125,
      );
    byKey.set(key, [...(byKey.get(key) ?? []), testOf(key, value, used)]);
  }
  // Labels must all be there.
  return (network) =>
    [...byKey].every(([key, tests]) =>
      key === 'label' ? tests.every((test) => test(network)) : tests.some((test) => test(network)),
    );
}

function testOf(key: string, value: string, used: ReadonlySet<string>): Test {
  switch (key) {
    case 'name':
      return ({ name }) => name.includes(value);
    case 'id':
      return ({ id }) => id.startsWith(value);
    case 'driver':
      return ({ driver }) => driver === value;
    case 'scope':
      return () => value === 'local';
    case 'type':
      if (value !== 'custom' && value !== 'builtin') throw new UsageError(`invalid filter: 'type'='${value}'`, 1);
      return ({ driver, name }) => (driver === 'bridge' && name !== 'bridge') === (value === 'custom');
    case 'dangling': {
      const wanted = flagOf(new Map([[key, [value]]]), key);
      return ({ driver, name }) => (driver === 'bridge' && name !== 'bridge' && !used.has(name)) === wanted;
    }
    case 'label':
      return hasLabel(value);
    default:
      throw new UsageError(`invalid filter '${key}'`, 1);
  }
}

/** `KEY` or `KEY=VALUE` */
export function hasLabel(text: string): Test {
  const at = text.indexOf('=');
  return ({ labels }) =>
    at < 0
      ? Object.hasOwn(labels, text)
      : Object.hasOwn(labels, text.slice(0, at)) && labels[text.slice(0, at)] === text.slice(at + 1);
}

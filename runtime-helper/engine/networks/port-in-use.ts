import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError, type PortInUse } from '../../lib/errors.ts';
import { portOwner } from '../../sys/port-owner.ts';
import type { Parts } from '../containers/parts.ts';
import type { Port } from '../types.ts';
import { networkingOf } from './container-networks.ts';
import { phrase, type Phrase } from '../../lib/phrase.ts';

/** `endpoint`: what could not be had, `0.0.0.0:8080` or `[::]:8080`. */
export function portInUse(parts: Parts, record: ContainerRecord, endpoint: string, cause: unknown): SkiffError {
  const [, hostIp = '', text] = /^\[?([^\]]*)\]?:(\d+)$/.exec(endpoint) ?? [];
  const port = Number(text);
  const wanted = networkingOf(record).ports.filter(({ first, last }) => first <= port && port <= last);
  const found = { hostIp, port, protocol: wanted[0]?.protocol ?? 'tcp' };
  const holder = findHolder(parts, found);
  const isTwice = wanted.filter(({ protocol }) => protocol === found.protocol).length > 1;
  return new SkiffError('conflict', wordsFor(endpoint, port, holder, isTwice), {
    cause,
    option: 'publish',
    portInUse: { ...found, ...holder },
    hint: remedy(holder),
  });
}

/** Docker's words, and behind them who it is. */
function wordsFor(endpoint: string, port: number, { container, process }: Holder, isTwice: boolean): Phrase {
  if (container)
    return phrase(
      'driver failed programming external connectivity: Bind for {0} failed: port is already allocated: port {1} is in use by container {2}',
      ...[endpoint, port, container.name],
    );
  if (process)
    return phrase(
      'driver failed programming external connectivity: Bind for {0} failed: port is already allocated: port {1} is in use by {2} (process {3})',
      ...[endpoint, port, process.name, process.pid],
    );
  return isTwice
    ? phrase(
        'driver failed programming external connectivity: Bind for {0} failed: port is already allocated: port {1} is in use by this container itself, which asks for it twice',
        ...[endpoint, port],
      )
    : phrase(
        'driver failed programming external connectivity: Bind for {0} failed: port is already allocated',
        endpoint,
      );
}

type Holder = Pick<PortInUse, 'container' | 'process'>;

function findHolder({ catalog }: Parts, { hostIp, port, protocol }: Omit<PortInUse, keyof Holder>): Holder {
  const isIt = (one: Port): boolean =>
    one.hostPort === port && one.protocol === protocol && overlaps(one.hostIp ?? '', hostIp);
  const container = catalog.list({ all: false }).find(({ ports }) => ports.some(isIt));
  if (container) return { container: { id: container.id, name: container.name } };
  const process = portOwner(protocol, port);
  return process ? { process } : {};
}

/** Of the same family, which each address' own port is of. */
function overlaps(one: string, other: string): boolean {
  const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';
  return one.includes(':') === other.includes(':') && (one === other || isAny(one) || isAny(other));
}

function remedy({ container, process }: Holder): Phrase {
  if (container)
    return phrase('Publish another port of this machine, or end what has this one: skiff stop {0}.', container.name);
  return process
    ? phrase(
        'Publish another port of this machine, or end what has this one: {0} (process {1}).',
        process.name,
        process.pid,
      )
    : phrase('Publish another port of this machine, or end what has this one: ss -lnp shows it.');
}

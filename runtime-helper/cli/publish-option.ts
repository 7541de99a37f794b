import type { PortProtocol, PortRequest } from '../engine/index.ts';
import { UsageError } from './usage-error.ts';

/**
 * `-p [[ip:]host[-host]:]container[-container][/tcp|udp|sctp]`, or the long form `published=80,target=80,protocol=tcp`. Ranges
 * of equal length go one to one; a range of the host's for one port takes the first that is free. Throws UsageError.
 */
export function parsePublish(text: string): PortRequest[] {
  if (/^[a-z_]+=/.test(text)) return parseLong(text);
  const [, spec = '', protocol = 'tcp'] = /^(.*?)(?:\/([a-z]+))?$/i.exec(text) ?? [];
  const [, ip = '', host = '', container = ''] =
    /^(?:(?:(\[[0-9a-fA-F:.]+\]|[^:]*):)?([^:]*):)?([^:]*)$/.exec(spec) ?? [];
  if (container === '')
    throw invalid(text, spec === '' ? 'no port specified: ' + text : `invalid containerPort: ${spec}`);
  return portRequests(text, { ip: ip.replace(/^\[(.*)\]$/, '$1'), host, container, protocol: protocol.toLowerCase() });
}

type Parts = { ip: string; host: string; container: string; protocol: string };

function portRequests(text: string, { ip, host, container, protocol }: Parts): PortRequest[] {
  if (!isProtocol(protocol)) throw invalid(text, `invalid proto: ${protocol}`);
  const [first, last] = range(text, container, 'containerPort');
  const [hostFirst, hostLast] = host === '' ? [0, 0] : range(text, host, 'hostPort');
  const count = last - first;
  if (host !== '' && count > 0 && hostLast - hostFirst !== count)
    throw invalid(text, `invalid ranges specified for container and host Ports: ${container} and ${host}`);
  return Array.from({ length: count + 1 }, (_, index) => ({
    protocol,
    port: first + index,
    hostIp: ip,
    first: hostFirst === 0 ? 0 : hostFirst + index,
    last: hostFirst === 0 ? 0 : count === 0 ? hostLast : hostFirst + index,
  }));
}

function range(text: string, ports: string, what: string): [number, number] {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === '' || from > to || to > 65_535 || from < (what === 'hostPort' ? 0 : 1))
    throw invalid(text, `invalid ${what}: ${ports}`);
  return [from, to];
}

function parseLong(text: string): PortRequest[] {
  const parts: Parts = { ip: '', host: '', container: '', protocol: 'tcp' };
  const fields: Record<string, keyof Parts> = {
    target: 'container',
    published: 'host',
    protocol: 'protocol',
    host_ip: 'ip',
  };
  for (const field of text.split(',')) {
    const at = field.indexOf('=');
    const key = at < 0 ? undefined : fields[field.slice(0, at)];
    if (key) parts[key] = field.slice(at + 1);
    else if (field !== 'mode=host' && field !== 'mode=ingress') throw invalid(text, `unexpected field ${field}`);
  }
  return portRequests(text, parts);
}

const isProtocol = (text: string): text is PortProtocol => text === 'tcp' || text === 'udp' || text === 'sctp';

function invalid(text: string, reason: string): UsageError {
  return new UsageError(`invalid argument "${text}" for "-p, --publish" flag: ${reason}`, 125);
}

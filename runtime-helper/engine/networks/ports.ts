import { join } from 'node:path';
import type { PortProtocol } from '../../container/networking.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { Port } from '../types.ts';
import { networkingOf, readOptional } from './container-networks.ts';

/** `run`: of a container that runs, which of the host's ports its monitor took. Nothing is open of one that does not. */
export function portsOf(record: ContainerRecord, run: string | undefined): Port[] {
  const { ports, exposed } = networkingOf(record);
  if (run === undefined || ports.length + exposed.length === 0) return [];
  const published = parsePorts(readOptional(join(run, 'containers', record.id, 'ports')) ?? '');
  const isPublished = (text: string): boolean => published.some(({ protocol, port }) => `${port}/${protocol}` === text);
  return [
    ...published,
    ...exposed
      .filter((text) => !isPublished(text))
      .map((text) => ({ port: Number.parseInt(text), protocol: protocolOf(text) })),
  ];
}

/** A line reads `tcp 80 0.0.0.0 8080`: the container's port, then the host's address and port. */
function parsePorts(text: string): Port[] {
  return text.split('\n').flatMap((line) => {
    const [protocol, port, hostIp, hostPort] = line.split(' ');
    if (hostIp === undefined || hostPort === undefined) return [];
    return [{ protocol: protocolOf(`/${protocol}`), port: Number(port), hostIp, hostPort: Number(hostPort) }];
  });
}

function protocolOf(text: string): PortProtocol {
  const protocol = text.split('/')[1];
  return protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp';
}

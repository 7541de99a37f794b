/** What lies below a container's row: pure. */
import type { ContainerPort, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import type { PartNode } from './nodes.ts';

/** Its ports, mounts and networks, and headings over its processes while it has any, its files, and what it has changed of them. */
export function containerParts(container: ContainerSummary): PartNode[] {
  const { id, ports, mounts, networks, state } = container;
  const of = { kind: 'part', container: id } as const;
  const hasProcesses = state.status === 'running' || state.status === 'paused';
  // At rest it has no address on any.
  const active = hasProcesses ? networks : [];
  const hasFiles = hasProcesses || state.status === 'created' || state.status === 'exited';
  return [
    ...distinctPorts(ports).map((port): PartNode => ({ ...of, part: 'port', port })),
    ...mounts.map((mount): PartNode => ({ ...of, part: 'mount', mount })),
    ...active.map((network): PartNode => ({ ...of, part: 'network', network })),
    ...(hasProcesses ? [{ ...of, part: 'processes' } as const] : []),
    ...(hasFiles ? [{ ...of, part: 'files' } as const, { ...of, part: 'changes' } as const] : []),
  ];
}

/** A port that is published for both families of addresses is one port to a person. */
export function distinctPorts(ports: readonly ContainerPort[]): ContainerPort[] {
  const key = ({ protocol, port, hostPort }: ContainerPort): string => `${hostPort ?? ''}>${port}/${protocol}`;
  return [...new Map(ports.toReversed().map((port) => [key(port), port])).values()].toReversed();
}

/** Those that a browser can be led to. */
export function publishedPorts({ ports }: ContainerSummary): ContainerPort[] {
  return distinctPorts(ports).filter(({ hostPort, protocol }) => hostPort !== undefined && protocol === 'tcp');
}

/** `8080 → 80`, as rows and quick picks say it; the protocol where it is not TCP. */
export function portWords({ port, hostPort, protocol }: ContainerPort): string {
  const inside = protocol === 'tcp' ? `${port}` : `${port}/${protocol}`;
  return hostPort === undefined ? inside : `${hostPort} → ${inside}`;
}

/** Where this machine reaches it. All of its addresses: the loopback one is among them. */
export function portAddress({ hostIp = '', hostPort }: ContainerPort): string | undefined {
  if (hostPort === undefined) return undefined;
  const host = hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::' ? 'localhost' : hostIp;
  return host.includes(':') ? `[${host}]:${hostPort}` : `${host}:${hostPort}`;
}

/** What a browser opens; undefined: nothing of a browser's is there. */
export function portUrl(port: ContainerPort): string | undefined {
  const address = port.protocol === 'tcp' ? portAddress(port) : undefined;
  const scheme = port.port === 443 || port.port === 8443 ? 'https' : 'http';
  return address && `${scheme}://${address}`;
}

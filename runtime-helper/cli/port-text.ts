import type { Port } from '../engine/index.ts';

/** The PORTS of `ps`: `0.0.0.0:8080->80/tcp, 0.0.0.0:90-92->90-92/tcp, 443/tcp`. Neighbours that map to themselves make a range. */
export function describePorts(ports: readonly Port[]): string {
  const groups = new Map<string, { first: number; last: number }[]>();
  const single: string[] = [];
  for (const { protocol, port, hostIp, hostPort } of ports.toSorted(compare)) {
    if (hostIp !== undefined && hostPort !== port) {
      single.push(`${hostAndPort(hostIp, String(hostPort))}->${port}/${protocol}`);
      continue;
    }
    const key = JSON.stringify([hostIp ?? '', protocol]);
    const runs = groups.get(key) ?? [];
    const run = runs.at(-1);
    if (run && run.last + 1 === port) run.last = port;
    else runs.push({ first: port, last: port });
    groups.set(key, runs);
  }
  return [...groupTexts(groups), ...single].join(', ');
}

/** As Docker orders them: runs that were followed by another of their group, then the last one of each group. */
function groupTexts(groups: Map<string, { first: number; last: number }[]>): string[] {
  const all = [...groups].map(([key, runs]) => {
    const [hostIp, protocol] = JSON.parse(key) as [string, string];
    return runs.map(({ first, last }) => {
      const range = first === last ? String(first) : `${first}-${last}`;
      return `${hostIp === '' ? '' : `${hostAndPort(hostIp, range)}->`}${range}/${protocol}`;
    });
  });
  return [...all.flatMap((texts) => texts.slice(0, -1)), ...all.flatMap((texts) => texts.slice(-1))];
}

/** Go's net.JoinHostPort. */
export function hostAndPort(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function compare(a: Port, b: Port): number {
  return (
    a.port - b.port ||
    order(a.hostIp ?? '', b.hostIp ?? '') ||
    (a.hostPort ?? 0) - (b.hostPort ?? 0) ||
    order(a.protocol, b.protocol)
  );
}

export const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

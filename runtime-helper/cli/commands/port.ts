import { SkiffError } from '../../lib/errors.ts';
import type { Port } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { hostAndPort, order } from '../port-text.ts';
import { UsageError } from '../usage-error.ts';

export const port: Command = {
  name: 'port',
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  summary: 'List port mappings or a specific mapping for the container',
  options: {},
  args: { least: 1, most: 2 },
  run: async ({ args: [reference = '', wanted], engine, terminal }) => {
    const { name, ports } = engine.findContainer(reference);
    const key = wanted === undefined ? undefined : portKey(wanted);
    const mapped = ports
      .toSorted(byLine)
      .flatMap(({ port: inner, protocol, hostIp, hostPort }) =>
        hostIp === undefined ? [] : [{ key: `${inner}/${protocol}`, host: hostAndPort(hostIp, String(hostPort)) }],
      );
    const found = key === undefined ? mapped : mapped.filter((one) => one.key === key);
    if (key !== undefined && found.length === 0)
      throw new SkiffError('not-found', `no public port '${wanted}' published for ${name}`);
    terminal.stdout(found.map((one) => `${key === undefined ? `${one.key} -> ` : ''}${one.host}\n`).join(''));
    return 0;
  },
};

/** Throws UsageError in Docker's words. */
function portKey(text: string): string {
  const [number = '', protocol = 'tcp'] = text.split('/');
  if (!/^\d+$/.test(number))
    throw new UsageError(`invalid port (${number}): strconv.ParseUint: parsing "${number}": invalid syntax`, 1);
  return `${number}/${protocol}`;
}

/** As Docker sorts its lines. */
function byLine(a: Port, b: Port): number {
  return (
    a.port - b.port ||
    order(a.protocol, b.protocol) ||
    order(a.hostIp ?? '', b.hostIp ?? '') ||
    (a.hostPort ?? 0) - (b.hostPort ?? 0)
  );
}

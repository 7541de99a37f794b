import { getSystemErrorName } from 'node:util';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { withMonitor } from '../containers/monitor.ts';
import type { Parts } from '../containers/parts.ts';
import { networkingOf, withoutPrefix } from './container-networks.ts';
import { phrase } from '../../lib/phrase.ts';

const nowhere = { bridge: '', address: '', address6: '' };

/** After its networks have changed, a running container's published ports lead to where it can be reached now. */
export async function leadPorts({ catalog, networks }: Parts, record: ContainerRecord): Promise<void> {
  if (networkingOf(record).ports.length === 0) return;
  const way = networks.held(record).find(({ network }) => !network.internal)?.directive;
  const target = way
    ? { bridge: way.bridge, address: withoutPrefix(way.address), address6: withoutPrefix(way.address6) }
    : nowhere;
  await withMonitor(catalog, record, async (monitor) => {
    const errno = await monitor.leadPorts(target);
    const name = errno === 0 ? undefined : getSystemErrorName(-errno);
    if (name === 'EADDRINUSE')
      throw new SkiffError(
        'conflict',
        phrase("a port of {0} is in use by now: it can't be published on this machine", record.name),
      );
    if (name !== undefined && name !== 'ESRCH')
      throw new SkiffError('internal', `the ports of ${record.name} can't be published: ${name}`);
  });
}

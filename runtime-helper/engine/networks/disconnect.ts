import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { Parts } from '../containers/parts.ts';
import { assertCanChange, networkName, setEndpoint } from './connect.ts';
import { networkingOf, withoutPrefix } from './container-networks.ts';
import { leadPorts } from './lead-ports.ts';
import { writeLiveFiles } from './live-files.ts';
import { writeNextNetworks } from './run-files.ts';
import { phrase } from '../../lib/phrase.ts';

type Request = { reference: string; container: string; force: boolean };

export async function disconnectNetwork(
  parts: Parts,
  { reference, container, force }: Request,
  _operation: Operation,
): Promise<void> {
  const record = parts.catalog.record(container);
  const name = isGone(parts, record, { reference, force }) ? reference : networkName(parts, reference);
  assertCanChange(record, reference);
  if (!networkingOf(record).endpoints[name])
    throw new SkiffError(
      'failed-precondition',
      phrase('container {0} is not connected to network {1}', record.name, name),
    );
  const [before] = parts.catalog.find(record.id).endpoints.filter(({ network }) => network === name);
  const changed = await setEndpoint(parts, record, name, undefined);
  if (parts.catalog.active(record) !== undefined && before?.ipv4 !== undefined)
    await detach(
      parts,
      changed,
      name,
      [before.ipv4, before.ipv6].filter((one) => one !== undefined).map(withoutPrefix),
    );
  parts.networks.release(record.id, name);
  if (parts.catalog.active(record) !== undefined) {
    writeNextNetworks(parts, changed);
    await leadPorts(parts, changed);
  }
  parts.networks.networks.announce(name);
}

/** As with Docker, a network that was removed while the container did not run can still be taken from it. */
function isGone(
  { catalog, networks }: Parts,
  record: ContainerRecord,
  { reference, force }: Pick<Request, 'reference' | 'force'>,
): boolean {
  const isOn = networkingOf(record).endpoints[reference] !== undefined;
  return isOn && !networks.networks.read(reference) && (force || catalog.active(record) === undefined);
}

async function detach(parts: Parts, record: ContainerRecord, name: string, addresses: string[]): Promise<void> {
  const { networks, privileges } = parts;
  const spawner = await privileges.spawner();
  const network = networks.networks.read(name);
  const veth = network && networks.vethOf(record.id, network);
  const way = parts.catalog
    .find(record.id)
    .endpoints.find((endpoint) => networks.networks.read(endpoint.network)?.internal === false);
  if (veth !== undefined)
    await spawner.request(['network-detach', record.id, veth, way?.gateway ?? '', way?.gateway6 ?? '']);
  await spawner.request(['network-forget', ...addresses]);
  writeLiveFiles(parts, record, { added: [], removed: addresses });
}

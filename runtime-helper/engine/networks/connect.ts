import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { networkArguments, type NetworkDirective } from '../../container/directives.ts';
import type { EndpointSettings } from '../../container/networking.ts';
import { updateRecord, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log, Operation } from '../../lib/operation.ts';
import { UndoStack } from '../../lib/undo.ts';
import { defaultNetwork, isBuiltin } from '../../network/record.ts';
import { NativeFailure } from '../../sys/failure.ts';
import { withMonitor } from '../containers/monitor.ts';
import type { Parts } from '../containers/parts.ts';
import { addClaims } from '../containers/run-files.ts';
import { interfaceOf, networkingOf, vethName } from './container-networks.ts';
import { leadPorts } from './lead-ports.ts';
import { writeLiveFiles } from './live-files.ts';
import { ownersOf } from './owners.ts';
import { checked } from './plan-networking.ts';
import { writeNextNetworks } from './run-files.ts';
import { withGateway } from './start.ts';
import { phrase } from '../../lib/phrase.ts';

type Request = { reference: string; container: string; settings: EndpointSettings };

export async function connectNetwork(
  parts: Parts,
  { reference, container, settings }: Request,
  operation: Operation,
): Promise<void> {
  const record = parts.catalog.record(container);
  const name = networkName(parts, reference);
  assertCanChange(record, reference);
  if (networkingOf(record).endpoints[name])
    throw new SkiffError(
      'already-exists',
      phrase('endpoint with name {0} already exists in network {1}', record.name, name),
    );
  checked(name, settings);
  const changed = await setEndpoint(parts, record, name, settings);
  if (parts.catalog.active(record) !== undefined) await attachLive(parts, changed, name, operation);
  parts.networks.networks.announce(name);
}

async function attachLive(parts: Parts, record: ContainerRecord, name: string, operation: Operation): Promise<void> {
  const undo = new UndoStack();
  undo.push(async () => void (await setEndpoint(parts, record, name, undefined)));
  try {
    await attach(parts, record, name, { undo, log: operation.log });
  } catch (error) {
    await undo.unwind((second) => operation.log('warn', `after a failed connect: ${String(second)}`));
    throw error;
  }
}

async function attach(
  parts: Parts,
  record: ContainerRecord,
  name: string,
  { undo, log }: { undo: UndoStack; log: Log },
): Promise<void> {
  const { networks, privileges, catalog } = parts;
  const spawner = await privileges.spawner();
  const index = networks.freeIndex(record.id);
  const joined = await networks.join(record, name, index, { spawner, undo, log, owners: ownersOf(parts, spawner) });
  addClaims(parts, record.id, joined.claims);
  writeLiveFiles(parts, record, { added: joined.addresses, removed: [] });
  const directive = hasWayOut(parts, record, name) || joined.network.internal ? joined.directive : withGateway(joined);
  await plug(parts, record.id, { directive, index });
  if (name !== defaultNetwork) await answerNames(parts, record);
  await leadPorts(parts, record);
  writeNextNetworks(parts, record);
  if (catalog.active(record) === undefined) networks.release(record.id);
}

/** Somebody else, or the container itself, may be quicker with an interface of that name: then it is the next one. */
async function plug(
  { networks, privileges }: Parts,
  id: string,
  { directive, index }: { directive: NetworkDirective; index: number },
): Promise<void> {
  const spawner = await privileges.spawner();
  for (let number = index; ; number = networks.freeIndex(id, number + 1))
    try {
      await spawner.request(['network-attach', id, ...networkArguments({ ...directive, ...interfaceOf(id, number) })]);
      return;
    } catch (error) {
      const taken =
        error instanceof NativeFailure && error.errno === 'EEXIST' && error.object.startsWith(vethName(id, 0));
      if (!taken) throw error;
    }
}

/** A container that was on the default network alone has had nobody to ask. */
async function answerNames({ catalog }: Parts, record: ContainerRecord): Promise<void> {
  await withMonitor(catalog, record, async (monitor) => {
    const errno = await monitor.answerNames();
    if (errno !== 0 && errno !== constants.errno.ESRCH)
      throw new SkiffError('internal', `names can't be answered in ${record.name}: ${getSystemErrorName(-errno)}`);
  });
}

function hasWayOut({ networks }: Parts, record: ContainerRecord, but: string): boolean {
  return Object.keys(networkingOf(record).endpoints).some(
    (name) => name !== but && networks.networks.read(name)?.internal === false,
  );
}

/** Absent settings: it is no longer on the network. */
export function setEndpoint(
  { catalog }: Parts,
  { id }: ContainerRecord,
  name: string,
  settings: EndpointSettings | undefined,
): Promise<ContainerRecord> {
  return updateRecord(catalog.folder(id), (record) => {
    const networking = networkingOf(record);
    const { [name]: _, ...others } = networking.endpoints;
    return {
      ...record,
      networking: { ...networking, endpoints: { ...others, ...(settings ? { [name]: settings } : {}) } },
    };
  });
}

/** The full name of a network that is meant by name or by the beginning of its id. Throws not-found. */
export function networkName({ networks }: Parts, reference: string): string {
  return reference === defaultNetwork || isBuiltin(reference) ? reference : networks.networks.find(reference).name;
}

/** Throws failed-precondition, in Docker's words, where the container's or the other network is none that can be joined or left. */
export function assertCanChange({ network }: ContainerRecord, reference: string): void {
  if (network === 'host' || reference === 'host')
    throw new SkiffError(
      'failed-precondition',
      phrase('container cannot be disconnected from host network or connected to host network'),
    );
  if (network === 'none' || reference === 'none')
    throw new SkiffError(
      'failed-precondition',
      phrase('container cannot be connected to multiple networks with one of the networks in private (none) mode'),
    );
  if (network.startsWith('container:'))
    throw new SkiffError(
      'failed-precondition',
      phrase(
        'container sharing network namespace with another container or host cannot be connected to any other network',
      ),
    );
}

import { join } from 'node:path';
import { changeLimits, spellOut } from '../../container/limit-changes.ts';
import { resourceDirectives, resourcesOf, type LimitChanges, type Limits } from '../../container/limits.ts';
import { possibleLimits } from '../../container/possible-limits.ts';
import { readConfig, updateRecord, writeConfig, type ContainerRecord } from '../../container/record.ts';
import { isActive } from '../../container/state.ts';
import { asSkiffError, SkiffError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import type { Operation } from '../../lib/operation.ts';
import { NativeFailure } from '../../sys/failure.ts';
import { limitFeatures } from '../../sys/limit-features.ts';
import type { ContainerChanges } from '../types.ts';
import { assertOnline, machineSets } from './limits.ts';
import { withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';
import { writeNextResources } from './run-files.ts';
import { phrase } from '../../lib/phrase.ts';

/** Changes what may be changed of a container that exists, and of the monitor that runs it. */
export async function updateContainer(
  parts: Parts,
  id: string,
  changes: ContainerChanges,
  operation: Operation,
): Promise<void> {
  const { catalog, journal } = parts;
  const { limits, restartPolicy } = changes;
  const { id: fullId } = catalog.record(id);
  await withFileLock(join(catalog.folder(fullId), 'update.lock'), async () => {
    const record = catalog.record(fullId);
    assertChangeable(record, catalog.state(record).status, changes);
    if (limits) await changeContainerLimits(parts, record, limits, operation);
    if (restartPolicy) {
      await updateRecord(catalog.folder(fullId), (current) => ({ ...current, restartPolicy }));
      await withMonitor(catalog, record, async (monitor) => monitor.setPolicy(restartPolicy));
    }
    journal.note('update', record);
  });
}

function assertChangeable(
  { id, autoRemove }: ContainerRecord,
  status: string,
  { restartPolicy }: ContainerChanges,
): void {
  if (status === 'dead')
    throw new SkiffError('conflict', phrase('container {0} is marked for removal and cannot be updated', id));
  if (restartPolicy && autoRemove && restartPolicy.name !== 'no')
    throw new SkiffError(
      'conflict',
      phrase('restart policy cannot be updated because AutoRemove is enabled for the container'),
    );
}

async function changeContainerLimits(
  parts: Parts,
  record: ContainerRecord,
  wanted: LimitChanges,
  { log }: Operation,
): Promise<void> {
  const { catalog } = parts;
  const folder = catalog.folder(record.id);
  const before = record.limits ?? {};
  const changes = possibleChanges(wanted, log);
  const after = changeLimits(before, changes);
  if (isActive(catalog.state(record))) await limitRunning(parts, record, { before, after, changes }, log);
  const config = readConfig(folder);
  const { devices } = config.linux.resources;
  writeConfig(folder, { ...config, linux: { ...config.linux, resources: { ...resourcesOf(after), devices } } });
  await updateRecord(folder, (current) => ({ ...current, limits: after }));
}

/** Without what this machine can't limit, which is told. */
function possibleChanges(wanted: LimitChanges, log: Operation['log']): LimitChanges {
  assertOnline(wanted);
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null)) as Limits;
  const { limits, warnings } = possibleLimits(given, limitFeatures());
  for (const warning of warnings) log('warn', warning);
  return { ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value === null)), ...limits };
}

type Change = { before: Limits; after: Limits; changes: LimitChanges };

/** Its cgroups now, and those of the lives that its restart policy gives it. All of it, or nothing. */
async function limitRunning(
  parts: Parts,
  record: ContainerRecord,
  { before, after, changes }: Change,
  log: Operation['log'],
): Promise<void> {
  const { id } = record;
  const spawner = await parts.privileges.spawner();
  const apply = async (limits: Limits, lifted: LimitChanges): Promise<void> => {
    writeNextResources(parts, id, resourceDirectives(resourcesOf(limits)));
    // Between two lives there is nothing to limit.
    if (parts.catalog.state(record).status === 'restarting') return;
    const directives = resourceDirectives(resourcesOf(spellOut(limits, lifted, machineSets())));
    const parent = record.confinement?.cgroupParent;
    const where = parent === undefined ? [] : ['cgroup-parent', parent];
    await spawner.request(['limit', 'id', id, ...where, ...directives], (name, args) => {
      if (name === 'warning') log('warn', args.join(' '));
    });
  };
  try {
    await apply(after, changes);
  } catch (error) {
    const undone = Object.keys(changes).filter((name) => before[name as keyof LimitChanges] === undefined);
    const lifted = Object.fromEntries(undone.map((name) => [name, null])) as LimitChanges;
    await apply(before, lifted).catch((second: unknown) => log('debug', `limits of ${id}: ${String(second)}`));
    throw updateFailure(id, error);
  }
}

function updateFailure(id: string, error: unknown): SkiffError {
  const { code, message } = asSkiffError(error);
  const isFull = error instanceof NativeFailure && error.errno === 'EBUSY' && error.object.startsWith('memory.');
  const hint = isFull ? { hint: phrase('It uses more than that now.') } : {};
  return new SkiffError(isFull ? 'failed-precondition' : code, `cannot update container ${id}: ${message}`, {
    cause: error,
    ...hint,
  });
}

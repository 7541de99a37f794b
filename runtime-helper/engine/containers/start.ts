import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { volumeUses } from '../../container/event-uses.ts';
import { createDirectives, type StartPlan } from '../../container/directives.ts';
import { noteFailedStart } from '../../container/failed-start.ts';
import { anonymousVolumes } from '../../container/mounts.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log, Operation } from '../../lib/operation.ts';
import { UndoStack } from '../../lib/undo.ts';
import { planHealthcheck } from '../../oci/healthcheck.ts';
import type { Spawner } from '../../sys/spawner.ts';
import { eventAttributes } from '../journal.ts';
import { NativeFailure } from '../../sys/failure.ts';
import { portInUse } from '../networks/port-in-use.ts';
import { startNetworks } from '../networks/start.ts';
import type { ContainerState, Starting, StartOptions } from '../types.ts';
import { withAppArmor } from './confinement.ts';
import type { Parts } from './parts.ts';
import { otherRuntime } from './runtime.ts';
import { startFailure } from './start-failure.ts';
import { phrase } from '../../lib/phrase.ts';

/** What kernels may be built to do by default, and our own reading of upper directories does not follow. */
const plainOverlay = ['index=off', 'redirect_dir=off', 'metacopy=off'];

/** Resolves when the monitor's socket listens; `started` then tells whether PID 1 has been exec'ed. */
export async function startContainer(
  parts: Parts,
  id: string,
  options: StartOptions,
  operation: Operation,
): Promise<Starting> {
  const { catalog, privileges } = parts;
  const record = catalog.record(id);
  const config = catalog.records.config(record.id);
  assertAtRest(record.name, catalog.state(record).status);
  const spawner = await privileges.spawner();
  const undo = new UndoStack();
  const failed = async (error: unknown): Promise<never> => {
    await undo.unwind((second) => operation.log('warn', `after a failed start: ${String(second)}`));
    const isPort = error instanceof NativeFailure && error.stage === 'network' && error.errno === 'EADDRINUSE';
    const failure = isPort
      ? portInUse(parts, record, error.object, error)
      : startFailure(error, config.process.args[0] ?? '');
    noteFailedStart(catalog.folder(record.id), failure);
    throw failure;
  };
  try {
    const plan = await prepare(parts, spawner, { record, options, undo, log: operation.log });
    const listening = Promise.withResolvers<void>();
    const answered = spawner.request(
      createDirectives({ ...config, process: withAppArmor(config.process, record) }, plan),
      (name, args) => {
        if (name === 'listening') listening.resolve();
        if (name === 'warning') operation.log('warn', args.join(' '));
      },
    );
    // While the native program works; PID 1 waits for who is to be attached.
    if (options.gate) parts.journal.note('attach', record);
    // What fails before the socket listens is the caller's at once; what fails later comes with `started`.
    await Promise.race([listening.promise, answered]);
    const started = answered.then(() => {}, failed);
    started.catch(() => {});
    return { socket: catalog.socket(record.id), tty: config.process.terminal, started };
  } catch (error) {
    return failed(error);
  }
}

function assertAtRest(name: string, status: ContainerState['status']): void {
  if (status === 'paused')
    throw new SkiffError('conflict', phrase('cannot start a paused container, try unpause instead'));
  if (status === 'dead')
    throw new SkiffError('conflict', phrase('container is marked for removal and cannot be started'));
  if (status === 'running' || status === 'restarting')
    throw new SkiffError('failed-precondition', phrase('container {0} is already running', name));
}

type Start = { record: ContainerRecord; options: StartOptions; undo: UndoStack; log: Log };

async function prepare(parts: Parts, spawner: Spawner, { record, options, undo, log }: Start): Promise<StartPlan> {
  const { id, autoRemove } = record;
  const { files, onExitUnlink, eventUses, ...network } = await startNetworks(parts, record, { spawner, undo, log });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(parts.catalog.folder(id), name), content);
  return {
    id,
    lowers: record.lowers,
    // What is removed when it ends need not reach the disk (kernel documentation, overlayfs.rst, "Volatile mount").
    overlayOptions: [...plainOverlay, ...(autoRemove ? ['volatile'] : [])],
    stdin: record.stdinOnce ? 'once' : record.openStdin ? 'open' : 'null',
    gate: options.gate,
    columns: options.columns ?? 0,
    rows: options.rows ?? 0,
    ...network,
    onExitUnlink: [...onExitUnlink, ...(autoRemove ? [join('names', record.name)] : [])],
    autoRemove,
    ...(record.log === undefined ? {} : { log: record.log }),
    init: record.confinement?.init === true,
    ...(record.confinement?.cgroupParent === undefined ? {} : { cgroupParent: record.confinement.cgroupParent }),
    onExitRemoveVolumes: autoRemove ? anonymousVolumes(record) : [],
    restartPolicy: record.restartPolicy ?? { name: 'no', maximumRetryCount: 0 },
    ...healthcheckOf(record),
    ...otherRuntime(parts.store, record),
    eventAttributes: eventAttributes(record),
    eventUses: [...eventUses, ...volumeUses(record)],
  };
}

function healthcheckOf({ healthcheck, shell }: ContainerRecord): Pick<StartPlan, 'healthcheck'> {
  const plan = planHealthcheck(healthcheck, shell);
  return plan ? { healthcheck: plan } : {};
}

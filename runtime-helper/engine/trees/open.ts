import type { Socket } from 'node:net';
import { join } from 'node:path';
import { mountDirective } from '../../container/directives.ts';
import { readConfig, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { temporaryPath } from '../../lib/temporary-file.ts';
import type { Mount, RuntimeConfig } from '../../oci/runtime-config.ts';
import { connectChunks } from '../../sys/connect.ts';
import type { ReusedChunks } from '../../sys/reused-chunks.ts';
import type { Parts } from '../containers/parts.ts';
import { TreeSession } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

export type TreeView =
  /** As the container's processes see it. */
  | 'mounted'
  /** Without what is mounted in it. */
  | 'bare'
  /** What it has written. */
  | 'changes'
  /** What its image has. */
  | 'image';

/** Opens a container's file system for `work`, running or not. One at rest that is written to does not start meanwhile. */
export async function withTree<T>(
  parts: Parts,
  record: ContainerRecord,
  how: { view: TreeView; writable?: boolean },
  work: (tree: TreeSession) => Promise<T>,
): Promise<T> {
  const tree = await openTree(parts, record, how);
  try {
    return await work(tree);
  } finally {
    await tree.close();
  }
}

/** The caller closes it. */
export async function openTree(
  parts: Parts,
  record: ContainerRecord,
  how: { view: TreeView; writable?: boolean },
): Promise<TreeSession> {
  const { ended, ...connection } = await openTreeSocket(parts, record, how);
  return new TreeSession(connection, ended, record.name);
}

/** `ended`: the native program has let go of the container. */
export async function openTreeSocket(
  { catalog, privileges, store }: Parts,
  record: ContainerRecord,
  { view, writable = false }: { view: TreeView; writable?: boolean },
): Promise<{ socket: Socket; chunks: ReusedChunks; ended: Promise<unknown> }> {
  const spawner = await privileges.spawner();
  const state = catalog.state(record);
  const running = state.status === 'running' || state.status === 'paused';
  assertMayBeRead(record, view, running);
  const config = readConfig(catalog.folder(record.id));
  const mounts = view === 'mounted' && !running ? config.mounts.filter(isKept) : [];
  // What has never been started has no place for them yet.
  const isWritable = writable || (state.status === 'created' && mounts.some(isUsers));
  const socket = temporaryPath('tree');
  const listening = Promise.withResolvers<void>();
  const ended = spawner.request(
    [
      ...['tree', 'id', record.id, 'view', view, 'socket', socket],
      ...['running', running ? '1' : '0', 'writable', isWritable ? '1' : '0'],
      ...record.lowers.flatMap((lower) => ['lower', lower]),
      ...(isWritable ? ['overlay-option', 'index=off'] : []),
      ...mounts.flatMap(mountDirective),
      ...mountPoints(config).flatMap((path) => ['hide', path]),
    ],
    (event) => {
      if (event === 'listening') listening.resolve();
    },
  );
  ended.catch(() => {});
  await Promise.race([listening.promise, ended]);
  return { ...(await connectChunks(join(store.run, socket))), ended };
}

/** Whether there is something in it while the container is at rest, as in Docker: volumes and binds. */
const isKept = ({ type }: Mount): boolean => type === 'volume' || type === 'bind';
/** The other binds are our own `/etc/hosts` and the like. */
const isUsers = ({ type, source }: Mount): boolean => type === 'volume' || source.startsWith('/');

/** What @host hides is hidden by mounts: where those are not, all of the machine's files would be in sight. */
function assertMayBeRead(record: ContainerRecord, view: TreeView, running: boolean): void {
  if (record.imageId !== 'host' || view === 'changes' || (view === 'mounted' && running)) return;
  throw new SkiffError(
    'failed-precondition',
    phrase('{0} is of @host: this would show files of this machine that are hidden from it', record.name),
    {
      hint:
        view === 'mounted'
          ? phrase('Copy what you need while it runs (skiff start {0}): skiff cp {0}:PATH .', record.name)
          : phrase('Copy what you need while it runs: skiff cp {0}:PATH .', record.name),
    },
  );
}

/** What we made in the container to hang mounts on. Ours too: what leads to the first terminal and to /dev. */
function mountPoints({ mounts }: RuntimeConfig): string[] {
  return [...new Set([...mounts.map(({ destination }) => destination), '/dev'])]
    .map((path) => path.replace(/^\/+/, ''))
    .filter((path) => path !== '');
}

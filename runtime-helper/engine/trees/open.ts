import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readConfig, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { connectSocket } from '../../sys/connect.ts';
import type { Parts } from '../containers/parts.ts';
import { TreeSession } from './session.ts';

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
  { catalog, privileges, store }: Parts,
  record: ContainerRecord,
  { view, writable = false }: { view: TreeView; writable?: boolean },
): Promise<TreeSession> {
  const spawner = await privileges.spawner();
  const state = catalog.state(record);
  const running = state.status === 'running' || state.status === 'paused';
  assertMayBeRead(record, view, running);
  const socket = `tree-${randomBytes(8).toString('hex')}.sock`;
  const listening = Promise.withResolvers<void>();
  const ended = spawner.request(
    [
      ...['tree', 'id', record.id, 'view', view, 'socket', socket],
      ...['running', running ? '1' : '0', 'writable', writable ? '1' : '0'],
      ...record.lowers.flatMap((lower) => ['lower', lower]),
      ...(writable ? ['overlay-option', 'index=off'] : []),
      ...mountPoints(catalog.folder(record.id)).flatMap((path) => ['hide', path]),
    ],
    (event) => {
      if (event === 'listening') listening.resolve();
    },
  );
  ended.catch(() => {});
  await Promise.race([listening.promise, ended]);
  return new TreeSession(await connectSocket(join(store.run, socket)), ended, record.name);
}

/** What @host hides is hidden by mounts: where those are not, all of the machine's files would be in sight. */
function assertMayBeRead(record: ContainerRecord, view: TreeView, running: boolean): void {
  if (record.imageId !== 'host' || view === 'changes' || (view === 'mounted' && running)) return;
  const start = view === 'mounted' ? ` (skiff start ${record.name})` : '';
  throw new SkiffError(
    'failed-precondition',
    `${record.name} is of @host: this would show files of this machine that are hidden from it`,
    { hint: `Copy what you need while it runs${start}: skiff cp ${record.name}:PATH .` },
  );
}

/** What we made in the container to hang mounts on. Ours too: what leads to the first terminal and to /dev. */
function mountPoints(folder: string): string[] {
  const { mounts } = readConfig(folder);
  return [...new Set([...mounts.map(({ destination }) => destination), '/dev'])]
    .map((path) => path.replace(/^\/+/, ''))
    .filter((path) => path !== '');
}

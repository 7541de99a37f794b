import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';
import { sweepTemporary, temporaryPath } from '../lib/temporary-file.ts';

/** The two trees of a store. All paths are absolute. */
export type Store = {
  root: string;
  runRoot: string;
  /** `<runRoot>/<id>` */
  run: string;
  /** 8 hex digits. */
  id: string;
  containers: string;
  names: string;
  networks: string;
  volumes: string;
};

const idPattern = /^[0-9a-f]{8}\n$/;

/** The store that is meant when nobody says which. */
export function defaultRoots(): { root: string; runRoot: string } {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return { root: '/var/lib/skiff', runRoot: '/run/skiff' };
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local/share');
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return { root: join(data, 'skiff'), runRoot: runtime ? join(runtime, 'skiff') : `/tmp/skiff-${uid}` };
}

/** Opens a store, and makes what is missing of it. */
export function openStore(roots: { root: string; runRoot: string }): Store {
  const root = resolve(roots.root);
  const runRoot = resolve(roots.runRoot);
  makeFolder(root, 0o711);
  const id = storeId(root);
  const run = join(runRoot, id);
  makeFolder(runRoot, 0o700);
  makeFolder(run, 0o700);
  const store = {
    root,
    runRoot,
    run,
    id,
    containers: join(root, 'containers'),
    names: join(root, 'names'),
    networks: join(root, 'networks'),
    volumes: join(root, 'volumes'),
  };
  for (const folder of [
    store.containers,
    store.names,
    store.networks,
    join(root, 'events'),
    store.volumes,
    join(root, 'layers'),
    join(root, 'images'),
  ])
    makeFolder(folder, 0o711);
  for (const folder of [join(run, 'containers'), join(run, 'state')]) makeFolder(folder, 0o700);
  return store;
}

/**
 * Deletes what killed processes were writing in folders that outlive them, and sockets that were theirs; the images' folders are swept with the
 * images.
 */
export function sweepStore({ root, run, names, containers, networks, volumes }: Store): void {
  const inside = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(folder, entry.name)] : [],
    );
  const ofContainers = join(run, 'containers');
  for (const folder of [root, names, volumes, networks, run, join(run, 'state')]) sweepTemporary(folder);
  for (const folder of [networks, containers, ofContainers].flatMap(inside)) sweepTemporary(folder);
}

/** A folder of the caller's that nobody else can write: in /tmp anybody could have made it first. */
function makeFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
  const status = lstatSync(path);
  if (status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0) return;
  throw new SkiffError('permission-denied', phrase('{0} is not a directory of yours alone', path), {
    hint: phrase('Remove it, or name another with --root and --runroot.'),
  });
}

/** link(2) decides which of two helpers that start at once names the store. */
function storeId(root: string): string {
  const path = join(root, 'store-id');
  for (;;) {
    try {
      const text = readFileSync(path, 'utf8');
      if (!idPattern.test(text)) throw new SkiffError('failed-precondition', `${path} is not a store's id`);
      return text.trim();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    const temporary = temporaryPath(path);
    writeFileSync(temporary, `${randomBytes(4).toString('hex')}\n`, { flag: 'wx', mode: 0o644 });
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyboxRootfs } from '../support/images.ts';
import { docker, podman, type OtherEngine } from '../support/other-engines.ts';
import { CpuGroup } from './cpu-group.ts';
import { prepare } from './measure.ts';
import { skiffBinary } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';

/** An engine on a store of its own, with the image `bench:1` in it. */
export type Peer = OtherEngine & { group: CpuGroup };

export const image = 'bench:1';

export async function peers(): Promise<Peer[]> {
  const found = [await skiff(), await docker(), await podman()].filter((peer) => peer !== undefined);
  return found.map((peer) => {
    const group = new CpuGroup(peer.name);
    group.add(family(peer.pid));
    const [command = '', ...args] = group.inside(peer.argv('import', busyboxRootfs(), image));
    prepare(command, args, peer.env);
    const dispose = async (): Promise<void> => {
      await peer.dispose();
      await group.dispose();
    };
    return { ...peer, group, dispose };
  });
}

async function skiff(): Promise<OtherEngine> {
  const store = new TestStore();
  const env = { ...store.env, SKIFF_SOCKET: '', SKIFF_IDLE_SECONDS: '600' };
  return { name: 'skiff', argv: (...words) => [skiffBinary, ...words], env, dispose: () => store.dispose() };
}

/** A daemon, and what it has started. Absent: there is none yet. */
function family(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** A folder with the image's files, for what needs no engine. */
export function unpackedRootfs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-rootfs-'));
  mkdirSync(join(folder, 'rootfs'));
  mkdirSync(join(folder, 'scratch'));
  prepare('tar', ['-C', join(folder, 'rootfs'), '-xf', busyboxRootfs()]);
  return folder;
}

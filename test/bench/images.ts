/** Whole images as archives and as files of a container: load, save, export, import, rmi, next to what none can do without. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processes } from '../support/kernel-objects.ts';
import { largeImage } from './large-image.ts';
import { measure, prepare, type Measurement } from './measure.ts';
import type { Peer } from './peers.ts';
import { report } from './report.ts';

const image = 'big:1';
const copy = 'copy:1';
const container = 'big';

/** The layers of a docker-archive, three at a time. As the engine does: what is unpacked counts when it is on the disk. */
const applyLayers =
  'tar -tf "$0" | grep -E "^[0-9a-f]{64}[.]tar$" | xargs -P 3 -I{} sh -c \'mkdir -p "$1/{}" && tar -xOf "$0" "{}" | tar -x -C "$1/{}"\' "$0" "$1" && sync -f "$1"';
const applyRoot = 'mkdir -p "$1" && tar -x -C "$1" -f "$0" && sync -f "$1"';

type Place = { folder: string; archive: string; root: string };

export async function images(peers: Peer[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-images-'));
  try {
    const place = { folder, archive: join(folder, 'image.tar'), root: join(folder, 'root.tar') };
    prepare('skopeo', [
      'copy',
      '--quiet',
      `oci:${largeImage()}:big`,
      `docker-archive:${place.archive}:docker.io/library/${image}`,
    ]);
    const texts = [loads, saves, exports, imports, removals].map((subject) => measured(subject(peers, place)));
    return [...texts, memory(peers)].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Verb = { title: string; measurements: Measurement[] };

function measured({ title, measurements }: Verb): string {
  const subject = {
    title: `${title}: 26,000 files, 750 MB`,
    rounds: 1,
    unit: measurements[0]?.name ?? '',
    measurements,
  };
  return report(subject, measure(subject));
}

function loads(peers: Peer[], { folder, archive }: Place): Verb {
  const load = (peer: Peer): Measurement => ({
    ...common(peer),
    before: () => forget(peer),
    command: () => peer.argv('load', '-q', '-i', archive),
  });
  return { title: 'load', measurements: [floor(applyLayers, archive, join(folder, 'floor')), ...peers.map(load)] };
}

/** Of what `load` has left. */
function saves(peers: Peer[], { folder }: Place): Verb {
  const save = (peer: Peer): Measurement => {
    const target = join(folder, `${peer.name}.tar`);
    const clear = (): void => rmSync(target, { force: true });
    return { ...common(peer), before: clear, command: () => peer.argv('save', '-o', target, image), after: clear };
  };
  return { title: 'save', measurements: peers.map(save) };
}

function exports(peers: Peer[], { folder, root }: Place): Verb {
  for (const peer of peers) call(peer, 'create', '--name', container, image, 'true');
  const put = (peer: Peer): Measurement => {
    const target = peer.name === 'skiff' ? root : join(folder, `${peer.name}.tar`);
    const clear = (): void => rmSync(target, { force: true });
    const command = (): string[] => peer.argv('export', '-o', target, container);
    return { ...common(peer), before: clear, command, ...(target === root ? {} : { after: clear }) };
  };
  return { title: 'export', measurements: peers.map(put) };
}

/** Of what `export` has left. */
function imports(peers: Peer[], { folder, root }: Place): Verb {
  for (const peer of peers) call(peer, 'rm', container);
  const take = (peer: Peer): Measurement => ({
    ...common(peer),
    command: () => peer.argv('import', root, copy),
    after: () => removeImage(peer, copy),
  });
  return { title: 'import', measurements: [floor(applyRoot, root, join(folder, 'floor')), ...peers.map(take)] };
}

function removals(peers: Peer[], { archive, folder }: Place): Verb {
  const target = join(folder, 'floor');
  const unpack = (): void => void prepare('sh', ['-c', applyLayers, archive, target]);
  const unlink = { name: 'rm -rf', before: unpack, command: () => ['rm', '-rf', target] };
  const remove = (peer: Peer): Measurement => ({
    ...common(peer),
    before: () => {
      forget(peer);
      call(peer, 'load', '-q', '-i', archive);
    },
    command: () => peer.argv('rmi', image),
    settle: () => swept(peer),
  });
  return { title: 'rmi', measurements: [unlink, ...peers.map(remove)] };
}

function floor(script: string, archive: string, target: string): Measurement {
  const clear = (): void => rmSync(target, { recursive: true, force: true });
  return { name: 'floor', before: clear, command: () => ['sh', '-c', script, archive, target], after: clear };
}

const common = ({ name, env, group }: Peer): Pick<Measurement, 'name' | 'env' | 'group'> => ({
  name,
  env,
  group,
});

function call({ argv, env }: Peer, ...words: string[]): string {
  const [command = '', ...args] = argv(...words);
  return prepare(command, args, env);
}

function forget(peer: Peer): void {
  if (call(peer, 'images', '-q', image) !== '') removeImage(peer, image);
}

function removeImage(peer: Peer, name: string): void {
  call(peer, 'rmi', name);
  swept(peer);
}

/** What skiff removes is swept in the background, which is not the next one's to bear. */
export function swept({ name, env }: Peer): void {
  if (name !== 'skiff') return;
  const wait = 'while ls -A "$0" | grep -q "^[.]gone"; do sleep 0.1; done';
  prepare('sh', ['-c', wait, join(env['SKIFF_ROOT'] ?? '', 'layers')]);
}

/** The most that skiff's helper has had at once, over all of this. */
function memory(peers: Peer[]): string {
  const root = peers.find(({ name }) => name === 'skiff')?.env['SKIFF_ROOT'] ?? '-';
  const helper = processes().find(({ command }) => command.includes('helper.js') && command.includes(root));
  const status = helper ? readFileSync(`/proc/${helper.pid}/status`, 'utf8') : '';
  const kilobytes = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  return `peak memory of skiff's helper: ${(kilobytes / 1024).toFixed(0)} MB\n`;
}

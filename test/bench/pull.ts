/** A cold pull of a large image from a registry on loopback, next to what it can't do without: fetch, gunzip and write, three layers at a time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestRegistry } from '../support/registry.ts';
import { swept } from './images.ts';
import { largeImage } from './large-image.ts';
import { measure, prepare, type Measurement } from './measure.ts';
import type { Peer } from './peers.ts';
import { report } from './report.ts';

/** As the engine does: what is fetched counts when it is on the disk. */
const script =
  'xargs -P 3 -I{} sh -c \'mkdir -p "$0/{}" && curl -sSf "http://$1/v2/big/blobs/{}" | gzip -dc | tar -x -C "$0/{}"\' "$1" "$2" < "$3" && sync -f "$1"';

export async function pull(peers: Peer[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-pull-'));
  const data = join(folder, 'registry');
  const registries: TestRegistry[] = [];
  const start = async (through: readonly string[]): Promise<string> => {
    const registry = await TestRegistry.start({ data, through });
    registries.push(registry);
    return registry.host;
  };
  try {
    const host = await start([]);
    const layout = largeImage();
    const source = `oci:${layout}:big`;
    prepare('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', source, `docker://${host}/big:1`]);
    const digests = join(folder, 'digests');
    prepare('sh', ['-c', 'printf "%s\\n" "$@" > "$0"', digests, ...layerDigests(layout)]);
    const measurements = [floor(folder, host, digests)];
    for (const peer of peers) {
      const near = peer.pid === undefined ? host : await start(inside(peer.pid));
      measurements.push(pulling(peer, `${near}/big:1`));
    }
    const subject = { title: 'cold pull: 26,000 files, 750 MB', rounds: 2, unit: 'floor', measurements };
    return report(subject, measure(subject));
  } finally {
    for (const registry of registries) await registry.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the network namespace of another engine, where our loopback is not its own: a registry on the same files. */
function inside(pid: number): string[] {
  const through = ['nsenter', `--net=/proc/${pid}/ns/net`];
  prepare('nsenter', [...through.slice(1), 'ip', 'link', 'set', 'lo', 'up']);
  return through;
}

function floor(folder: string, host: string, digests: string): Measurement {
  const target = join(folder, 'floor');
  const clear = (): void => rmSync(target, { recursive: true, force: true });
  return {
    name: 'floor',
    before: clear,
    command: () => ['sh', '-c', script, 'sh', target, host, digests],
    after: clear,
  };
}

function pulling(peer: Peer, reference: string): Measurement {
  const { name, argv, env, group } = peer;
  const after = (): void => {
    const [command = '', ...args] = argv('rmi', reference);
    prepare(command, args, env);
    swept(peer);
  };
  const options = name === 'podman' ? ['-q', '--tls-verify=false'] : ['-q'];
  return { name, env, group, command: () => argv('pull', ...options, reference), after };
}

function layerDigests(layout: string): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(layout, name), 'utf8'));
  const { manifests } = read('index.json') as { manifests: { digest: string }[] };
  const digest = manifests[0]?.digest ?? '';
  const { layers } = read(`blobs/${digest.replace(':', '/')}`) as { layers: { digest: string }[] };
  return layers.map((layer) => layer.digest);
}

/** A cold pull of a large image from a registry on loopback, next to what it can't do without: fetch, gunzip and write, three layers at a time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestRegistry } from '../support/registry.ts';
import { largeImage } from './large-image.ts';
import { measure, prepare, type Measurement } from './measure.ts';
import type { Peer } from './peers.ts';
import { report } from './report.ts';

/** As the engine does: what is fetched counts when it is on the disk. */
const script =
  'xargs -P 3 -I{} sh -c \'mkdir -p "$0/{}" && curl -sSf "http://$1/v2/big/blobs/{}" | gzip -dc | tar -x -C "$0/{}"\' "$1" "$2" < "$3" && sync -f "$1"';

export async function pull(peers: Peer[]): Promise<string> {
  // Docker and podman live in network namespaces of their own here, where our loopback is not theirs.
  const skiff = peers.find(({ name }) => name === 'skiff');
  if (!skiff) return 'cold pull: skiff is not among the peers\n';
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-pull-'));
  const registry = await TestRegistry.start();
  try {
    const layout = largeImage();
    const source = `oci:${layout}:big`;
    prepare('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', source, `docker://${registry.host}/big:1`]);
    const digests = join(folder, 'digests');
    prepare('sh', ['-c', 'printf "%s\\n" "$@" > "$0"', digests, ...layerDigests(layout)]);
    const measurements = [floor(folder, registry.host, digests), pulling(skiff, `${registry.host}/big:1`)];
    const subject = { title: 'cold pull: 26,000 files, 750 MB', rounds: 3, unit: 'floor', measurements };
    return report(subject, measure(subject));
  } finally {
    await registry.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
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

function pulling({ argv, env }: Peer, reference: string): Measurement {
  const after = (): void => {
    const [command = '', ...args] = argv('rmi', reference);
    prepare(command, args, env);
    // What is removed is swept in the background, which is not the next one's to bear.
    const swept = 'while ls -A "$0" | grep -q "^[.]gone"; do sleep 0.1; done';
    prepare('sh', ['-c', swept, join(env['SKIFF_ROOT'] ?? '', 'layers')]);
  };
  return { name: 'skiff', env, command: () => argv('pull', '-q', reference), after };
}

function layerDigests(layout: string): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(layout, name), 'utf8'));
  const { manifests } = read('index.json') as { manifests: { digest: string }[] };
  const digest = manifests[0]?.digest ?? '';
  const { layers } = read(`blobs/${digest.replace(':', '/')}`) as { layers: { digest: string }[] };
  return layers.map((layer) => layer.digest);
}

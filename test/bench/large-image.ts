import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cache } from '../support/paths.ts';

const layerCount = 6;
const wantedFiles = 26_000;
const wantedBytes = 750_000_000;
const smallBytes = 200_000;
const mediaType = 'application/vnd.oci.image.manifest.v1+json';

/** Path of an OCI layout with one image, named `big`, of some 26,000 files of this machine's /usr in six layers. Made once; takes a minute. */
export function largeImage(): string {
  const layout = join(cache, 'bench-image-v1');
  if (existsSync(layout)) return layout;
  const scratch = `${layout}.${process.pid}`;
  mkdirSync(join(scratch, 'blobs/sha256'), { recursive: true });
  const files = choose();
  const layers = Array.from({ length: layerCount }, (_, index) => {
    const [from, to] = [index, index + 1].map((at) => Math.floor((at * files.length) / layerCount));
    return addLayer(scratch, files.slice(from, to));
  });
  writeIndex(scratch, layers);
  renameSync(scratch, layout);
  return layout;
}

/** Small files first, then large ones until there are enough bytes; by the digest of their names, so that they are a fair mixture. */
function choose(): string[] {
  const listed = execFileSync('find', ['/usr/share', '/usr/lib', '-type', 'f', '-printf', '%s %p\\0'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const mixed = listed
    .split('\0')
    .filter(Boolean)
    .map((line) => ({ path: line.slice(line.indexOf(' ') + 1), size: Number.parseInt(line, 10) }))
    .map((file) => ({ ...file, key: sha256(Buffer.from(file.path)) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = mixed.filter(({ size }) => size < smallBytes).slice(0, wantedFiles);
  let bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  for (const file of mixed.filter(({ size }) => size >= smallBytes)) {
    if (bytes >= wantedBytes) break;
    chosen.push(file);
    bytes += file.size;
  }
  return chosen.map(({ path }) => path).toSorted();
}

type Layer = { mediaType: string; digest: string; size: number; diffId: string };

function addLayer(layout: string, files: readonly string[]): Layer {
  const scratch = join(layout, 'layer.tar.gz');
  const options = [
    '--create',
    '--gzip',
    '--file',
    scratch,
    '--directory',
    '/',
    '--null',
    '--no-recursion',
    '--files-from',
    '-',
  ];
  execFileSync('tar', options, { input: files.map((path) => path.slice(1)).join('\0') });
  const blob = readFileSync(scratch);
  rmSync(scratch);
  const diffId = `sha256:${sha256(gunzipSync(blob))}`;
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...put(layout, blob), diffId };
}

function writeIndex(layout: string, layers: readonly Layer[]): void {
  const architecture = { x64: 'amd64' }[process.arch as string] ?? process.arch;
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const config = put(layout, Buffer.from(JSON.stringify({ architecture, os: 'linux', config: {}, rootfs })));
  const descriptors = layers.map(({ diffId: _, ...descriptor }) => descriptor);
  const document = {
    ...{ schemaVersion: 2, mediaType },
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: descriptors,
  };
  const manifest = put(layout, Buffer.from(JSON.stringify(document)));
  const annotations = { 'org.opencontainers.image.ref.name': 'big' };
  const index = { schemaVersion: 2, manifests: [{ mediaType, ...manifest, annotations }] };
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

function put(layout: string, blob: Buffer): { digest: string; size: number } {
  const hex = sha256(blob);
  writeFileSync(join(layout, 'blobs/sha256', hex), blob);
  return { digest: `sha256:${hex}`, size: blob.length };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

import { SkiffError } from '../lib/errors.ts';
import { parseHealthcheck, type Healthcheck } from './healthcheck.ts';
import { array, bad, object, optionalObject, parse, parseObject, text, textMap, words } from './json.ts';

export { maxJsonBytes } from './json.ts';

/** A blob by its digest (image-spec, descriptor.md). `digest` is always `sha256:` and 64 lower-case hex digits. */
export type Descriptor = {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: { architecture: string; os: string; variant?: string };
};

export type Manifest = { config: Descriptor; layers: Descriptor[] };

/** What we need of an image's config (image-spec, config.md); everything else of it is kept in its blob. */
export type ImageConfig = {
  created?: string;
  architecture: string;
  os: string;
  variant?: string;
  /** diffIDs in hex, bottom first, as in the file. */
  diffIds: string[];
  entrypoint: string[];
  command: string[];
  env: string[];
  workingDir: string;
  user: string;
  stopSignal: string;
  /** Absolute paths inside the container that want a volume. */
  volumes: string[];
  labels: Record<string, string>;
  /** `80/tcp` */
  exposedPorts: string[];
  healthcheck?: Healthcheck;
  /** What reads commands that are a line; empty: `/bin/sh -c`. */
  shell: string[];
};

/** One image of a `docker save` archive. */
export type DockerArchiveImage = { config: string; repoTags: string[]; layers: string[] };

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

const maxLayers = 500;

/** All parsers here take untrusted bytes and `what` they are, and throw invalid-argument that names it. */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  const root = parseObject(bytes, what);
  const config = optionalObject(root['config'], `${what}: config`);
  const rootfs = optionalObject(root['rootfs'], `${what}: rootfs`);
  const diffIds = array(rootfs['diff_ids'], `${what}: rootfs.diff_ids`).map((id) => digestHex(id, `${what}: diff_id`));
  if (diffIds.length > maxLayers) throw bad(`${what}: more than ${maxLayers} layers`);
  const created = root['created'];
  const healthcheck = parseHealthcheck(config['Healthcheck'], `${what}: Healthcheck`);
  return {
    ...(typeof created === 'string' && !Number.isNaN(Date.parse(created)) ? { created } : {}),
    architecture: text(root['architecture'], `${what}: architecture`),
    os: text(root['os'], `${what}: os`),
    ...(root['variant'] ? { variant: text(root['variant'], `${what}: variant`) } : {}),
    diffIds,
    entrypoint: words(config['Entrypoint'], `${what}: Entrypoint`),
    command: words(config['Cmd'], `${what}: Cmd`),
    env: words(config['Env'], `${what}: Env`),
    workingDir: text(config['WorkingDir'], `${what}: WorkingDir`),
    user: text(config['User'], `${what}: User`),
    stopSignal: text(config['StopSignal'], `${what}: StopSignal`) || 'SIGTERM',
    volumes: Object.keys(optionalObject(config['Volumes'], `${what}: Volumes`)),
    labels: textMap(config['Labels'], `${what}: Labels`),
    exposedPorts: Object.keys(optionalObject(config['ExposedPorts'], `${what}: ExposedPorts`)),
    ...(healthcheck ? { healthcheck } : {}),
    shell: words(config['Shell'], `${what}: Shell`),
  };
}

export function parseManifest(bytes: Uint8Array, what: string): Manifest {
  const root = parseObject(bytes, what);
  const layers = array(root['layers'], `${what}: layers`);
  if (layers.length > maxLayers) throw bad(`${what}: more than ${maxLayers} layers`);
  return {
    config: descriptor(root['config'], `${what}: config`),
    layers: layers.map((layer, index) => descriptor(layer, `${what}: layer ${index + 1}`)),
  };
}

/**
 * What the bytes of a manifest are, by what they say themselves, else by the media type that they came with. One that claims to be both an index and
 * an image is neither (image-spec, manifest.md: `mediaType`).
 */
export function manifestKind(
  bytes: Uint8Array,
  mediaType: string,
  what: string,
): { type: 'index' | 'image'; mediaType: string } {
  const root = parseObject(bytes, what);
  if (root['schemaVersion'] === 1)
    throw new SkiffError('not-implemented', `${what}: schema version 1, which registries have given up`);
  const declared = text(root['mediaType'], `${what}: mediaType`);
  const [isIndex, isImage] = [root['manifests'] !== undefined, root['config'] !== undefined];
  if (isIndex === isImage) throw bad(`${what}: neither an image nor an index`);
  const own = isIndex ? indexTypes : imageTypes;
  const named = [declared, mediaType].find((type) => own.includes(type));
  // An artifact of another kind, or a document that says one thing and is another.
  if (named === undefined || (declared !== '' && !own.includes(declared)))
    throw bad(
      `${what}: media type ${JSON.stringify((declared || mediaType).slice(0, 100))} is no ${isIndex ? 'index' : 'image'}`,
    );
  return { type: isIndex ? 'index' : 'image', mediaType: named };
}

const indexTypes: readonly string[] = [mediaTypes.index, mediaTypes.dockerManifestList];
const imageTypes: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];

export function parseIndex(bytes: Uint8Array, what: string): Descriptor[] {
  const root = parseObject(bytes, what);
  return array(root['manifests'], `${what}: manifests`).map((entry, index) =>
    descriptor(entry, `${what}: manifest ${index + 1}`),
  );
}

/** manifest.json of a `docker save` archive. */
export function parseDockerArchive(bytes: Uint8Array, what: string): DockerArchiveImage[] {
  return array(parse(bytes, what), what).map((entry) => {
    const image = object(entry, what);
    const config = text(image['Config'], `${what}: Config`);
    if (config === '') throw bad(`${what}: an image without its Config`);
    return {
      config,
      repoTags: words(image['RepoTags'], `${what}: RepoTags`),
      layers: words(image['Layers'], `${what}: Layers`),
    };
  });
}

/** The hex digits of a `sha256:…` digest. */
function digestHex(value: unknown, what: string): string {
  const match = typeof value === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(value) : null;
  if (!match?.[1]) throw bad(`${what}: not a sha256 digest: ${JSON.stringify(value)?.slice(0, 100)}`);
  return match[1];
}

function descriptor(value: unknown, what: string): Descriptor {
  const entry = object(value, what);
  const size = entry['size'];
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad(`${what}: size is not a number`);
  const platform = entry['platform'] === undefined ? undefined : object(entry['platform'], `${what}: platform`);
  return {
    mediaType: text(entry['mediaType'], `${what}: mediaType`),
    digest: `sha256:${digestHex(entry['digest'], what)}`,
    size,
    ...(entry['annotations'] ? { annotations: textMap(entry['annotations'], `${what}: annotations`) } : {}),
    ...(platform
      ? {
          platform: {
            architecture: text(platform['architecture'], `${what}: architecture`),
            os: text(platform['os'], `${what}: os`),
            ...(platform['variant'] ? { variant: text(platform['variant'], `${what}: variant`) } : {}),
          },
        }
      : {}),
  };
}

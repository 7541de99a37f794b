import { SkiffError } from '../../lib/errors.ts';
import { mediaTypes, type ImageConfig, type Manifest } from '../../oci/image-config.ts';
import { assertPlatform, platformOf, type WantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

/** MAX_LOWERS of the native program, but for the layer of mount points: about as many as Docker's. */
const maxDepth = 127;

const configTypes: readonly string[] = [mediaTypes.config, mediaTypes.dockerConfig];
/** image-spec, layer.md; distribution, manifest-v2-2.md. What the bytes are is seen when they come. */
const layerType =
  /^application\/vnd\.(oci\.image\.layer\.(v1|nondistributable\.v1)\.tar(\+(gzip|zstd))?|docker\.image\.rootfs\.(diff|foreign\.diff)\.tar(\.(gzip|zstd))?)$/;

/** Artifacts of other kinds have manifests, too. Throws invalid-argument for one whose config or layers are of another type than an image's. */
export function assertImageTypes({ config, layers }: Manifest, what: string): void {
  const quoted = (type: string): string => JSON.stringify(type.slice(0, 100));
  if (!configTypes.includes(config.mediaType))
    throw new SkiffError(
      'invalid-argument',
      phrase('{0}: no image: its config is of type {1}', what, quoted(config.mediaType)),
    );
  for (const { mediaType } of layers)
    if (!layerType.test(mediaType))
      throw new SkiffError(
        'invalid-argument',
        phrase('{0}: {1} is no layer that can be unpacked', what, quoted(mediaType)),
      );
}

/** Throws for an image of that many layers that no container here could be made of, or is for another platform than was asked for. */
export function assertRunnable(config: ImageConfig, layers: number, wanted: WantedPlatform, what: string): void {
  const { os } = platformOf(config);
  if (os !== 'linux') throw new SkiffError('not-found', phrase('{0}: an image for {1}, not for linux', what, os));
  assertPlatform(config, wanted, what);
  const { length } = config.diffIds;
  if (length !== layers)
    throw new SkiffError('invalid-argument', `${what}: has ${layers} layers, its config has ${length}`);
  assertDepth(config.diffIds, what);
}

/** Throws invalid-argument for more layers than a container can be made of. */
export function assertDepth(diffIds: readonly string[], what: string): void {
  const { size } = new Set(diffIds);
  if (size > maxDepth)
    throw new SkiffError(
      'invalid-argument',
      phrase('{0}: max depth exceeded: {1} layers, {2} are possible', what, size, maxDepth),
    );
}

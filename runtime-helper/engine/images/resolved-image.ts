import type { StoredImage } from '../../content/image-store.ts';
import type { ImageConfig } from '../../oci/image-config.ts';

/** What a container takes from its image: of its config all that says how to run it. */
export type ResolvedImage = Omit<ImageConfig, 'created' | 'architecture' | 'os' | 'variant' | 'diffIds'> & {
  /** `sha256:…` of the config, or `host`. */
  id: string;
  /** diffIDs in hex, topmost first, each of them once. */
  layers: string[];
};

/** `@host`: this machine's own root file system, which asks for nothing. */
export const imageForHost: ResolvedImage = {
  id: 'host',
  layers: [],
  entrypoint: [],
  command: [],
  env: [],
  workingDir: '',
  user: '',
  stopSignal: 'SIGTERM',
  volumes: [],
  labels: {},
  exposedPorts: [],
  shell: [],
};

export function resolvedImage({ id, config }: StoredImage): ResolvedImage {
  const { created: _created, architecture: _, os: _os, variant: _variant, diffIds, ...rest } = config;
  return { id, layers: distinct(diffIds), ...rest };
}

/**
 * Topmost first. overlayfs takes no directory twice (ELOOP), and many an image has the empty layer, which a WORKDIR leaves, several times. Where
 * the same layer lies further down it adds nothing: whatever it has, or takes away, it does so above already.
 */
function distinct(diffIds: readonly string[]): string[] {
  return [...new Set(diffIds.toReversed())];
}

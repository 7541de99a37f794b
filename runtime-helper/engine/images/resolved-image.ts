import type { StoredImage } from '../../content/image-store.ts';
import type { ImageConfig } from '../../oci/image-config.ts';

/** What a container takes from its image: of its config all that says how to run it. */
export type ResolvedImage = Omit<ImageConfig, 'created' | 'architecture' | 'os' | 'variant' | 'diffIds'> & {
  /** `sha256:…` of the config, or `host`. */
  id: string;
  /** diffIDs in hex, topmost first. */
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
  return { id, layers: diffIds.toReversed(), ...rest };
}

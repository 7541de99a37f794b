import type { PulledImage, RegistryAccess } from '../engine/index.ts';
import type { OptionSpec } from './options.ts';
import type { Terminal } from './terminal.ts';
import { cleanText } from './text.ts';

/** Notary has never been ours: taken, and without meaning. */
export const contentTrustOption: OptionSpec = { type: 'flag', default: true, help: 'Skip image verification' };

export const insecureOption: OptionSpec = {
  type: 'list',
  help: 'Reach this registry (host:port or CIDR) without TLS, or without checking who it is',
};

/** Registries as the shell sees them that the command was typed in. */
export function registryAccess({ env }: Terminal, insecure: readonly string[]): RegistryAccess {
  return { env, insecure };
}

/** What Docker says when a pull is done. */
export function describePull({ digest, isNew, name }: PulledImage): string {
  const status = isNew ? 'Downloaded newer image for' : 'Image is up to date for';
  return `Digest: ${digest}\nStatus: ${status} ${cleanText(name)}\n`;
}

import type { Propagation } from '../engine/index.ts';

export const propagations: ReadonlySet<string> = new Set<Propagation>([
  ...(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const),
]);

/** As Docker: nothing may be executed from it, unless that is said. */
export const tmpfsDefaults = ['noexec', 'nosuid', 'nodev'] as const;

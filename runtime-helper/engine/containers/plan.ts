import { runtimeConfig } from '../../container/default-config.ts';
import { confine, type Confinement } from '../../container/confinement.ts';
import { resourcesOf } from '../../container/limits.ts';
import { mountOf, type MountPoint } from '../../container/mounts.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { RuntimeConfig } from '../../oci/runtime-config.ts';
import { hostView } from '../../snapshot/host-image.ts';
import type { ResolvedImage } from '../images/service.ts';
import type { Store } from '../store.ts';
import type { CreateOptions } from '../types.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Planned = { config: RuntimeConfig; record: Omit<ContainerRecord, 'name'> };

/** Everything about a container that can be decided before anything is made. */
export function planContainer(
  id: string,
  image: ResolvedImage,
  options: CreateOptions,
  { store, mounts, confinement }: { store: Store; mounts: MountPoint[]; confinement: Confinement },
): Planned {
  const isHost = image.id === 'host';
  const entrypoint = options.entrypoint ?? image.entrypoint;
  // As Docker: another entrypoint drops the image's command.
  const command = options.command.length > 0 || options.entrypoint ? options.command : image.command;
  const args = [...entrypoint, ...command];
  if (args.length === 0) throw new SkiffError('invalid-argument', 'no command specified', { exitCode: 125 });
  const hostname = options.hostname ?? id.slice(0, 12);
  const view = isHost
    ? hostView({ hidden: [store.root, store.runRoot], user: hostUser() })
    : { mounts: [], maskedPaths: [] };
  const common = runtimeConfig({
    id,
    hostname,
    args,
    env: environment({ hostname, tty: options.tty, image: image.env, given: options.env }),
    cwd: options.workingDir ?? (image.workingDir || '/'),
    user: options.user ?? image.user,
    tty: options.tty,
    network: options.network,
    extraMounts: [...view.mounts, ...mounts.map(mountOf)],
    extraMaskedPaths: view.maskedPaths,
    annotations: options.labels,
  });
  const config = confine(common, confinement);
  const { limits } = options;
  if (limits) config.linux.resources = { ...config.linux.resources, ...resourcesOf(limits) };
  const record = {
    version: 1 as const,
    id,
    image: options.image,
    imageId: image.id,
    lowers: isHost ? ['/'] : image.layers,
    command: args,
    createdAt: new Date().toISOString(),
    hostname,
    tty: options.tty,
    openStdin: options.openStdin,
    stdinOnce: options.stdinOnce,
    autoRemove: options.autoRemove,
    network: options.network,
    stopSignal: options.stopSignal ?? image.stopSignal,
    ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.restartPolicy === undefined ? {} : { restartPolicy: options.restartPolicy }),
    labels: { ...image.labels, ...options.labels },
    ...(mounts.length > 0 ? { mounts } : {}),
    ...(Object.keys(confinement).length > 0 ? { confinement } : {}),
    ...(limits ? { limits } : {}),
  };
  return { config, record };
}

function hostUser(): { uid: number; home: string } {
  return { uid: process.getuid?.() ?? 0, home: process.env['HOME'] ?? '/root' };
}

/** Later ones win; order is kept, as a process would see it under Docker. */
function environment(parts: { hostname: string; tty: boolean; image: string[]; given: string[] }): string[] {
  const variables = new Map<string, string>();
  const all = [
    `PATH=${defaultPath}`,
    `HOSTNAME=${parts.hostname}`,
    ...(parts.tty ? ['TERM=xterm'] : []),
    ...parts.image,
    ...parts.given,
  ];
  for (const variable of all) {
    const at = variable.indexOf('=');
    if (at > 0) variables.set(variable.slice(0, at), variable.slice(at + 1));
  }
  return [...variables].map(([key, value]) => `${key}=${value}`);
}

import { createHash } from 'node:crypto';
import { createDirectives, propagationFlags } from '../container/directives.ts';
import type { NamespaceType } from '../oci/runtime-config.ts';
import type { BundleConfig, HookName, IdMap } from './config.ts';
import { cgroupMounts } from './cgroup-mounts.ts';

export type BundlePlan = {
  id: string;
  /** The container's folder below --root. */
  directory: string;
  cgroup: string;
  consoleSocket?: string;
  preserved: number;
  /** PID 1's parent stays until its end. */
  wait: boolean;
};

/** What the native program makes of a bundle: the same request as for a container of the engine's, and what only bundles have. */
export function bundleDirectives(bundle: BundleConfig, plan: BundlePlan): string[] {
  const { hooks, personality, umask, consoleSize, propagation, resources } = bundle;
  const config = withCgroupMounts(bundle, plan.cgroup);
  return [
    ...createDirectives(
      { ...config, linux: { ...config.linux, resources: { ...resources.limits, devices: resources.devices } } },
      {
        // Its real name has no fixed form.
        id: createHash('sha256').update(plan.id).digest('hex'),
        ...{ lowers: [], overlayOptions: [], networks: [], publish: [], onExitUnlink: [], resolver: false },
        ...{ stdin: 'null', gate: false, autoRemove: false, columns: 0, rows: 0, ...consoleSize },
      },
    ),
    ...resources.files,
    ...['rootfs', bundle.rootfs, 'state-directory', plan.directory, 'cgroup-path', plan.cgroup],
    ...(propagation === undefined ? [] : ['rootfs-propagation', String(propagationFlags(propagation))]),
    ...(plan.consoleSocket === undefined ? [] : ['console-socket', plan.consoleSocket]),
    ...['preserve-fds', String(plan.preserved), 'wait', plan.wait ? '1' : '0'],
    ...(personality === undefined ? [] : ['personality', String(personality)]),
    ...(umask === undefined ? [] : ['umask', umask.toString(8)]),
    ...bundle.namespacePaths.flatMap(({ type, path }) => ['namespace-path', nativeNames[type] ?? type, path]),
    ...idMaps('uid', bundle.uidMappings),
    ...idMaps('gid', bundle.gidMappings),
    ...(hooks.prestart.length + hooks.createRuntime.length + hooks.createContainer.length > 0
      ? ['outer-hooks', '1']
      : []),
    ...(['createContainer', 'startContainer'] as const).flatMap((name) => hookDirectives(name, hooks)),
  ];
}

const nativeNames: Partial<Record<NamespaceType, string>> = { network: 'net' };

function withCgroupMounts({ config }: BundleConfig, cgroup: string): BundleConfig['config'] {
  const own = config.linux.namespaces.some(({ type }) => type === 'cgroup');
  const protectedPaths: string[] = [];
  const mounts = config.mounts.flatMap((mount) => {
    if (mount.type !== 'cgroup' && mount.type !== 'cgroup2') return [mount];
    if (mount.options.includes('ro')) protectedPaths.push(mount.destination);
    return cgroupMounts(mount, cgroup, own);
  });
  const readonlyPaths = [...config.linux.readonlyPaths, ...protectedPaths];
  return { ...config, mounts, linux: { ...config.linux, readonlyPaths } };
}

function idMaps(kind: 'uid' | 'gid', maps: readonly IdMap[]): string[] {
  return maps.flatMap(({ containerID, hostID, size }) => [
    'id-map',
    kind,
    String(containerID),
    String(hostID),
    String(size),
  ]);
}

function hookDirectives(name: HookName, hooks: BundleConfig['hooks']): string[] {
  return hooks[name].flatMap(({ path, args, env, timeout = 0 }) => [
    ...['hook', name, path, String(timeout)],
    ...args.flatMap((arg) => ['hook-arg', arg]),
    ...env.flatMap((variable) => ['hook-env', variable]),
  ]);
}

import { notBuilt } from './not-built.ts';
import { arch, release } from 'node:os';
import { basename, resolve } from 'node:path';
import { bad, array, object, optionalObject, text, textMap, words } from '../oci/json.ts';
import { compileProfile } from '../oci/seccomp/compile.ts';
import { parseProfile } from '../oci/seccomp/profile.ts';
import type { CapabilitySet, Mount, NamespaceType, ProcessConfig, RuntimeConfig } from '../oci/runtime-config.ts';
import { allCapabilities } from '../oci/capabilities.ts';
import type { Hook } from '../sys/hook.ts';
import { parseDevices } from './devices.ts';
import { integer, optionalInteger } from './numbers.ts';
import { parseResources, type BundleResources } from './resources.ts';

export const hookNames = [
  ...(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const),
];
export type HookName = (typeof hookNames)[number];

export type IdMap = { containerID: number; hostID: number; size: number };

/** A bundle's config.json: what the engine's own containers have too, and what only bundles have. */
export type BundleConfig = {
  config: RuntimeConfig;
  /** Absolute. */
  rootfs: string;
  /** mount(8)'s word; absent: private. */
  propagation?: string;
  /** As given; absent: any. */
  cgroupsPath?: string;
  namespacePaths: { type: NamespaceType; path: string }[];
  uidMappings: IdMap[];
  gidMappings: IdMap[];
  hooks: Record<HookName, Hook[]>;
  resources: BundleResources;
  /** Number of personality(2). */
  personality?: number;
  umask?: number;
  consoleSize?: { columns: number; rows: number };
};

/** Reads config.json (github.com/opencontainers/runtime-spec, config.md). Throws invalid-argument, or not-implemented with the property's name. */
export function parseBundleConfig(value: unknown, bundle: string): BundleConfig {
  const root = object(value, 'config.json');
  const version = text(root['ociVersion'], 'ociVersion');
  if (!/^1\.\d+\.\d+/.test(version)) throw bad(`ociVersion: "${version}" is not a version that we know: 1.x`);
  const linux = object(root['linux'], 'linux');
  refuse(root, '', ['solaris', 'windows', 'vm', 'zos']);
  refuse(linux, 'linux.', ['intelRdt', 'timeOffsets', 'memoryPolicy', 'netDevices']);
  if (text(linux['mountLabel'], 'linux.mountLabel') !== '') throw notBuilt('linux.mountLabel');
  const process = parseProcess(object(root['process'], 'process'));
  const namespaces = parseNamespaces(linux['namespaces']);
  const mounts = array(root['mounts'], 'mounts').map((mount) => parseMount(mount, bundle));
  const rootObject = object(root['root'], 'root');
  const personality = linux['personality'];
  const { umask, consoleSize, config: processConfig } = process;
  const propagation = text(linux['rootfsPropagation'], 'linux.rootfsPropagation');
  const cgroupsPath = text(linux['cgroupsPath'], 'linux.cgroupsPath');
  const hostname = text(root['hostname'], 'hostname');
  const domainname = text(root['domainname'], 'domainname');
  if ((hostname || domainname) && !namespaces.some(({ type }) => type === 'uts'))
    throw bad('hostname: takes a uts namespace of the container’s own');
  const sysctl = textMap(linux['sysctl'], 'linux.sysctl');
  checkSysctls(sysctl, new Set(namespaces.map(({ type }) => type)));
  const resources = parseResources(optionalObject(linux['resources'], 'linux.resources'));
  const seccomp = parseSeccomp(linux['seccomp'], processConfig.capabilities.effective);
  return {
    config: {
      ...{ ociVersion: version, hostname, process: processConfig, mounts },
      ...(domainname === '' ? {} : { domainname }),
      root: { path: text(rootObject['path'], 'root.path'), readonly: rootObject['readonly'] === true },
      linux: {
        ...{ namespaces: namespaces.map(({ type }) => ({ type })), sysctl },
        devices: parseDevices(linux['devices'], mounts),
        resources: { devices: resources.devices },
        maskedPaths: words(linux['maskedPaths'], 'linux.maskedPaths'),
        readonlyPaths: words(linux['readonlyPaths'], 'linux.readonlyPaths'),
        ...(seccomp ? { seccomp } : {}),
      },
      annotations: textMap(root['annotations'], 'annotations'),
    },
    rootfs: resolve(bundle, text(rootObject['path'], 'root.path')),
    ...(propagation === '' ? {} : { propagation }),
    ...(cgroupsPath === '' ? {} : { cgroupsPath }),
    namespacePaths: namespaces.flatMap(({ type, path }) => (path === '' ? [] : [{ type, path }])),
    uidMappings: parseIdMaps(linux['uidMappings'], 'linux.uidMappings'),
    gidMappings: parseIdMaps(linux['gidMappings'], 'linux.gidMappings'),
    hooks: parseHooks(optionalObject(root['hooks'], 'hooks')),
    resources,
    ...(personality ? { personality: parsePersonality(object(personality, 'linux.personality')) } : {}),
    ...(umask === undefined ? {} : { umask }),
    ...(consoleSize ? { consoleSize } : {}),
  };
}

export type Process = { config: ProcessConfig; umask?: number; consoleSize?: { columns: number; rows: number } };

/** `otherwise`: the capabilities of a process that says nothing of them. */
export function parseProcess(process: Record<string, unknown>, otherwise?: ProcessConfig['capabilities']): Process {
  refuse(process, 'process.', ['scheduler', 'ioPriority', 'execCPUAffinity']);
  if (text(process['selinuxLabel'], 'process.selinuxLabel') !== '') throw notBuilt('process.selinuxLabel');
  const user = optionalObject(process['user'], 'process.user');
  const size = optionalObject(process['consoleSize'], 'process.consoleSize');
  const given = optionalObject(process['capabilities'], 'process.capabilities');
  const set = (name: CapabilitySet): string[] => words(given[name], `process.capabilities.${name}`).map(known);
  const capabilities = {
    ...{ bounding: set('bounding'), effective: set('effective'), permitted: set('permitted') },
    ...{ inheritable: set('inheritable'), ambient: set('ambient') },
  };
  const apparmor = text(process['apparmorProfile'], 'process.apparmorProfile');
  const oomScoreAdj = optionalInteger(process['oomScoreAdj'], 'process.oomScoreAdj');
  const umask = optionalInteger(user['umask'], 'process.user.umask');
  const cwd = text(process['cwd'], 'process.cwd');
  if (!cwd.startsWith('/')) throw bad(`process.cwd: "${cwd}" is not an absolute path`);
  return {
    config: {
      terminal: process['terminal'] === true,
      user: {
        uid: optionalInteger(user['uid'], 'process.user.uid') ?? 0,
        gid: optionalInteger(user['gid'], 'process.user.gid') ?? 0,
        additionalGroups: array(user['additionalGids'], 'process.user.additionalGids').map((gid) =>
          String(integer(gid, 'process.user.additionalGids')),
        ),
      },
      args: words(process['args'], 'process.args'),
      env: words(process['env'], 'process.env'),
      cwd,
      capabilities: process['capabilities'] === undefined && otherwise ? otherwise : capabilities,
      rlimits: parseLimits(process['rlimits']),
      noNewPrivileges: process['noNewPrivileges'] === true,
      ...(apparmor === '' ? {} : { apparmorProfile: apparmor }),
      ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
    },
    ...(umask === undefined ? {} : { umask }),
    ...(size['width'] === undefined
      ? {}
      : {
          consoleSize: {
            columns: integer(size['width'], 'process.consoleSize.width'),
            rows: integer(size['height'], 'process.consoleSize.height'),
          },
        }),
  };
}

function known(capability: string): string {
  if (!allCapabilities.includes(capability)) throw bad(`process.capabilities: "${capability}" is not a capability`);
  return capability;
}

/** All ones is no limit; JSON's numbers don't hold it exactly. */
function parseLimits(value: unknown): ProcessConfig['rlimits'] {
  const limit = (number: unknown, what: string): number => {
    const parsed = integer(number, what);
    return parsed >= 2 ** 63 ? -1 : parsed;
  };
  const limits = array(value, 'process.rlimits').map((entry) => {
    const item = object(entry, 'process.rlimits');
    const type = text(item['type'], 'process.rlimits.type');
    return { type, soft: limit(item['soft'], `${type}.soft`), hard: limit(item['hard'], `${type}.hard`) };
  });
  const twice = limits.find(({ type }, index) => limits.findIndex((other) => other.type === type) !== index);
  if (twice) throw bad(`process.rlimits: ${twice.type} is there twice`);
  return limits;
}

/** The spec's names, and ours. */
const namespaceTypes = new Set(['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup']);

function parseNamespaces(value: unknown): { type: NamespaceType; path: string }[] {
  const namespaces = array(value, 'linux.namespaces').map((entry) => {
    const item = object(entry, 'linux.namespaces');
    const type = text(item['type'], 'linux.namespaces.type');
    if (type === 'time') throw notBuilt('linux.namespaces of the type time');
    if (!namespaceTypes.has(type)) throw bad(`linux.namespaces: there is no type "${type}"`);
    const path = text(item['path'], 'linux.namespaces.path');
    if (path !== '' && !path.startsWith('/')) throw bad(`linux.namespaces: "${path}" is not an absolute path`);
    return { type: type as NamespaceType, path };
  });
  const twice = namespaces.find(({ type }, index) => namespaces.findIndex((other) => other.type === type) !== index);
  if (twice) throw bad(`linux.namespaces: the type ${twice.type} is there twice`);
  if (!namespaces.some(({ type }) => type === 'mount'))
    throw notBuilt('linux.namespaces without a mount namespace of the container’s own');
  return namespaces;
}

function parseMount(value: unknown, bundle: string): Mount {
  const item = object(value, 'mounts');
  const destination = text(item['destination'], 'mounts.destination');
  const options = words(item['options'], `mounts: ${destination}: options`);
  const unbuilt = options.find((option) =>
    /^(?:tmpcopyup|copy-up|r(?:ro|rw|suid|nosuid|dev|nodev|exec|noexec)|r?idmap)$/.test(option),
  );
  if (unbuilt !== undefined) throw notBuilt(`the option ${unbuilt} of the mount on ${destination}`);
  refuse(item, `mounts: ${destination}: `, ['uidMappings', 'gidMappings']);
  const bind = options.includes('bind') || options.includes('rbind');
  const source = text(item['source'], `mounts: ${destination}: source`);
  const type = bind ? 'bind' : text(item['type'], `mounts: ${destination}: type`);
  // Relative ones were allowed before 1.0, and are taken as runc takes them: from the root.
  const target = resolve('/', destination);
  if (type !== 'bind') return { destination: target, type, source: source || type, options };
  // What is no flag is a file system's own, which a bind mount has no say in: mount(2).
  const flags = options.filter((option) => !option.includes('='));
  return { destination: target, type, source: resolve(bundle, source), options: bind ? flags : ['rbind', ...flags] };
}

function parseIdMaps(value: unknown, what: string): IdMap[] {
  return array(value, what).map((entry) => {
    const item = object(entry, what);
    const [containerID, hostID, size] = (['containerID', 'hostID', 'size'] as const).map((key) =>
      integer(item[key], `${what}.${key}`),
    );
    return { containerID: containerID ?? 0, hostID: hostID ?? 0, size: size ?? 0 };
  });
}

function parseHooks(hooks: Record<string, unknown>): Record<HookName, Hook[]> {
  return Object.fromEntries(
    hookNames.map((name) => [
      name,
      array(hooks[name], `hooks.${name}`).map((hook) => parseHook(object(hook, `hooks.${name}`), name)),
    ]),
  ) as Record<HookName, Hook[]>;
}

function parseHook(hook: Record<string, unknown>, name: string): Hook {
  const path = text(hook['path'], `hooks.${name}.path`);
  if (!path.startsWith('/')) throw bad(`hooks.${name}: "${path}" is not an absolute path`);
  const timeout = optionalInteger(hook['timeout'], `hooks.${name}.timeout`);
  if (timeout !== undefined && timeout <= 0) throw bad(`hooks.${name}: a timeout of ${timeout} seconds`);
  const [args, env] = [words(hook['args'], `hooks.${name}.args`), words(hook['env'], `hooks.${name}.env`)];
  return { path, args: args.length > 0 ? args : [basename(path)], env, ...(timeout === undefined ? {} : { timeout }) };
}

/** Only what a namespace of the container's own has: any other would be the machine's. */
function checkSysctls(sysctl: Record<string, string>, own: ReadonlySet<NamespaceType>): void {
  const ipc = /^(?:kernel[./](?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs[./]mqueue[./].+)$/;
  for (const key of Object.keys(sysctl)) {
    const separate =
      (/^net[./]/.test(key) && own.has('network')) ||
      (ipc.test(key) && own.has('ipc')) ||
      (/^kernel[./](?:domainname|hostname)$/.test(key) && own.has('uts'));
    if (!separate) throw bad(`linux.sysctl: "${key}" is not in a separate kernel namespace`);
  }
}

function parseSeccomp(value: unknown, capabilities: readonly string[]): RuntimeConfig['linux']['seccomp'] {
  if (value === undefined || value === null) return undefined;
  const profile = object(value, 'linux.seccomp');
  refuse(profile, 'linux.seccomp.', ['listenerPath', 'listenerMetadata']);
  const where = { capabilities, architecture: arch() === 'x64' ? 'amd64' : arch(), kernel: release() };
  return { program: compileProfile(parseProfile(JSON.stringify(profile), where), arch()) };
}

/** personality(2). */
function parsePersonality(value: Record<string, unknown>): number {
  const domain = text(value['domain'], 'linux.personality.domain');
  if (array(value['flags'], 'linux.personality.flags').length > 0) throw notBuilt('linux.personality.flags');
  if (domain === 'LINUX') return 0;
  if (domain === 'LINUX32') return 8;
  throw bad(`linux.personality.domain: "${domain}" is neither LINUX nor LINUX32`);
}

function refuse(value: Record<string, unknown>, prefix: string, names: readonly string[]): void {
  for (const name of names) if (!isEmpty(value[name])) throw notBuilt(`${prefix}${name}`);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

/** What a container may do and see, as Docker's options say it. */
import type { Confinement, ConfinementRequest, DeviceRule } from '../engine/index.ts';
import { readCallerFile, type Caller } from './caller-file.ts';
import { parseBytes } from './byte-sizes.ts';
import { parseDevice, parseDeviceRule } from './device-options.ts';
import type { Options, OptionTable } from './options.ts';
import { parseUlimit } from './ulimit-option.ts';
import { UsageError } from './usage-error.ts';

export const confinementOptions: OptionTable = {
  'cap-add': { type: 'list', help: 'Add Linux capabilities' },
  'cap-drop': { type: 'list', help: 'Drop Linux capabilities' },
  'cgroup-parent': { type: 'text', help: 'Optional parent cgroup for the container' },
  cgroupns: { type: 'text', help: 'Cgroup namespace to use (host|private)' },
  device: { type: 'list', help: 'Add a host device to the container' },
  'device-cgroup-rule': { type: 'list', help: 'Add a rule to the cgroup allowed devices list' },
  domainname: { type: 'text', help: 'Container NIS domain name' },
  'group-add': { type: 'list', help: 'Add additional groups to join' },
  init: { type: 'flag', help: 'Run an init inside the container that forwards signals and reaps processes' },
  ipc: { type: 'text', help: 'IPC mode to use' },
  'oom-score-adj': { type: 'number', help: "Tune host's OOM preferences (-1000 to 1000)" },
  pid: { type: 'text', help: 'PID namespace to use' },
  privileged: { type: 'flag', help: 'Give extended privileges to this container' },
  'read-only': { type: 'flag', help: "Mount the container's root filesystem as read only" },
  'security-opt': { type: 'list', help: 'Security Options' },
  'shm-size': { type: 'text', value: 'bytes', help: 'Size of /dev/shm' },
  sysctl: { type: 'list', help: 'Sysctl options' },
  ulimit: { type: 'list', help: 'Ulimit options' },
  userns: { type: 'text', help: 'User namespace to use: host' },
  uts: { type: 'text', help: 'UTS namespace to use' },
};

export async function readConfinement(options: Options, caller: Caller): Promise<ConfinementRequest> {
  checkUserNamespace(options.text('userns'));
  const [shmSize, domainname] = [options.text('shm-size'), options.text('domainname')];
  return {
    ...(options.flag('privileged') ? { privileged: true } : {}),
    ...(options.flag('read-only') ? { readonlyRoot: true } : {}),
    ...(options.flag('init') ? { init: true } : {}),
    ...listed(
      'capAdd',
      options.list('cap-add').flatMap((text) => text.split(',')),
    ),
    ...listed(
      'capDrop',
      options.list('cap-drop').flatMap((text) => text.split(',')),
    ),
    ...listed('groupAdd', options.list('group-add')),
    ...listed('devices', options.list('device').map(parseDevice)),
    ...listed<'deviceRules', DeviceRule>('deviceRules', options.list('device-cgroup-rule').map(parseDeviceRule)),
    ...listed('ulimits', options.list('ulimit').map(parseUlimit)),
    ...(options.given('sysctl') ? { sysctls: Object.fromEntries(options.list('sysctl').map(parseSysctl)) } : {}),
    ...(shmSize === undefined ? {} : { shmSize: parseBytes(shmSize, 'shm-size') }),
    ...(domainname === undefined ? {} : { domainname }),
    ...cgroupParent(options.text('cgroup-parent')),
    ...oomScore(options.number('oom-score-adj')),
    ...namespaceModes(options),
    ...(await securityOptions(options.list('security-opt'), caller)),
  };
}

function listed<K extends string, T>(key: K, items: T[]): { [key in K]?: T[] } {
  return (items.length > 0 ? { [key]: items } : {}) as { [key in K]?: T[] };
}

function oomScore(value: number | undefined): { oomScoreAdj?: number } {
  if (value === undefined) return {};
  if (value < -1000 || value > 1000)
    throw new UsageError(`invalid value ${value}, range for oom score adj is [-1000, 1000]`);
  return { oomScoreAdj: value };
}

function cgroupParent(path = ''): { cgroupParent?: string } {
  const names = path.split('/').filter((name) => name !== '');
  const bad = names.find((name) => name === '.' || name === '..' || name.length > 200);
  if (bad !== undefined || path.length > 300) throw new UsageError(`invalid --cgroup-parent: "${path}"`, 125);
  return names.length === 0 ? {} : { cgroupParent: names.join('/') };
}

/** Every container is in the host's user namespace: `host` is what there is. */
function checkUserNamespace(mode: string | undefined): void {
  if (mode === undefined || mode === '' || mode === 'host') return;
  throw new UsageError(`--userns: invalid USER mode "${mode}": containers are in the host's user namespace`, 125);
}

function namespaceModes(options: Options): Pick<Confinement, 'pid' | 'ipc' | 'uts' | 'cgroup'> {
  const [pid, ipc, uts, cgroup] = ['pid', 'ipc', 'uts', 'cgroupns'].map((name) => options.text(name));
  if (uts !== undefined && uts !== '' && uts !== 'host') throw new UsageError('--uts: invalid UTS mode', 125);
  if (cgroup !== undefined && cgroup !== 'host' && cgroup !== 'private')
    throw new UsageError('--cgroupns: invalid CGROUP mode', 125);
  return {
    ...(pid === undefined || pid === '' ? {} : { pid: namespaceMode('pid', pid, []) }),
    ...(ipc === 'none'
      ? { ipc }
      : ipc === undefined || ipc === ''
        ? {}
        : { ipc: namespaceMode('ipc', ipc, ['private', 'shareable']) }),
    ...(uts === 'host' ? { uts } : {}),
    ...(cgroup === 'host' ? { cgroup } : {}),
  };
}

function namespaceMode(
  name: string,
  value: string,
  own: readonly string[],
): 'private' | 'host' | { container: string } {
  if (value === 'host') return value;
  if (own.includes(value)) return 'private';
  const container = /^container:(.+)$/.exec(value)?.[1];
  if (container === undefined)
    throw new UsageError(`--${name}: invalid ${name.toUpperCase()} mode`, name === 'pid' ? 125 : undefined);
  return { container };
}

function parseSysctl(entry: string): [string, string] {
  const at = entry.indexOf('=');
  if (at <= 0) throw new UsageError(`sysctl '${entry}' is not allowed: it must be KEY=VALUE`, 125);
  return [entry.slice(0, at).replaceAll('/', '.'), entry.slice(at + 1)];
}

type Security = Pick<ConfinementRequest, 'noNewPrivileges' | 'seccomp' | 'apparmor' | 'systemPathsUnconfined'>;

async function securityOptions(entries: readonly string[], caller: Caller): Promise<Security> {
  return Object.assign({}, ...(await Promise.all(entries.map((entry) => securityOption(entry, caller))))) as Security;
}

/** `KEY=VALUE`, and Docker's older `KEY:VALUE`. */
async function securityOption(entry: string, caller: Caller): Promise<Security> {
  const [, key = entry, value = ''] = /^([^=:]+)[=:](.*)$/s.exec(entry) ?? [];
  switch (key) {
    case 'no-new-privileges':
      if (!['', 'true', 'false'].includes(value)) break;
      return { noNewPrivileges: value !== 'false' };
    case 'seccomp':
      if (value === 'unconfined') return { seccomp: value };
      return value === 'builtin' ? {} : { seccomp: { profile: await readProfile(value, caller) } };
    case 'apparmor':
      return { apparmor: value };
    case 'systempaths':
      if (value === 'unconfined') return { systemPathsUnconfined: true };
      break;
    case 'label':
      // SELinux is not set up by us: to turn it off is to leave it.
      if (value === 'disable') return {};
      throw new UsageError('--security-opt label is not built yet: SELinux labels are not set', 125);
  }
  throw new UsageError(`invalid --security-opt: "${entry}"`, 125);
}

function readProfile(path: string, caller: Caller): Promise<string> {
  return readCallerFile(path, caller, `opening seccomp profile (${path}) failed: `);
}

import type { Command } from '../command.ts';
import type { Info, MachineFacts, PrivilegeState } from '../../engine/index.ts';
import { formatValue } from '../format.ts';
import { asMap, nilList } from '../template/values.ts';
import { cleanText } from '../text.ts';
import { version } from '../version.ts';
import { inEnglish } from '../../lib/phrase.ts';

export const info: Command = {
  name: 'info',
  usage: '[OPTIONS]',
  summary: 'Display system-wide information',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const [facts, machine] = [engine.info(), engine.machine()];
    const format = options.text('format');
    if (format) terminal.stdout(`${formatValue(documentOf(facts, machine), format)}\n`);
    else
      terminal.stdout(
        describe(facts, machine) +
          warningsOf(machine)
            .map((line) => `${line}\n`)
            .join(''),
      );
    return 0;
  },
};

const [storageDriver, logDriver, cgroupDriver] = ['overlay2', 'json-file', 'cgroupfs'];

function describe(facts: Info, machine: MachineFacts): string {
  const { runtimes, defaultRuntime } = facts;
  const { containers, running, paused, images, root, runRoot, storeId, kernel, privilege } = facts;
  const rows = [
    ['Containers', containers],
    [' Running', running],
    [' Paused', paused],
    [' Stopped', containers - running - paused],
    ['Images', images],
    ['Skiff Version', version],
    ['Storage Driver', storageDriver],
    ['Logging Driver', logDriver],
    ['Cgroup Driver', cgroupDriver],
    ['Cgroup Version', machine.cgroupVersion],
    ['Runtimes', [...runtimes.keys()].join(' ')],
    ['Default Runtime', defaultRuntime],
    ['Security Options', securityOptions(machine).join(' ')],
    ['Kernel Version', kernel],
    ['Operating System', machine.operatingSystem],
    ['OSType', 'linux'],
    ['Architecture', machine.processor],
    ['CPUs', machine.cpus],
    ['Total Memory', `${Number((machine.memoryBytes / 1024 ** 3).toPrecision(4))}GiB`],
    ['Name', machine.hostname],
    ['Store', storeId],
    ['Root Dir', root],
    ['Run Dir', runRoot],
    ['Privileges', describePrivilege(privilege)],
  ];
  return rows.map(([name, value]) => `${name}: ${cleanText(String(value))}\n`).join('');
}

function describePrivilege(privilege: PrivilegeState): string {
  switch (privilege.status) {
    case 'unused':
      return 'not needed so far';
    case 'granted':
      return privilege.through === 'direct' ? 'root' : `through ${privilege.through}`;
    case 'refused':
      return `refused: ${inEnglish(privilege.reason)}`;
  }
}

/** Docker's names where it has one (moby, api/types/system: Info). */
function documentOf(facts: Info, machine: MachineFacts): object {
  const { containers, running, paused, images, kernel, storeId, root, runRoot, privilege } = facts;
  const { limits } = machine;
  const warnings = warningsOf(machine);
  return {
    ID: storeId,
    Containers: containers,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers - running - paused,
    Images: images,
    Driver: storageDriver,
    Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'null'], Log: ['json-file', 'local', 'none'] },
    MemoryLimit: limits.memory,
    SwapLimit: limits.swap,
    CpuCfsPeriod: limits.cpuQuota,
    CpuCfsQuota: limits.cpuQuota,
    CPUShares: limits.cpuShares,
    CPUSet: limits.cpuset,
    PidsLimit: limits.pids,
    OomKillDisable: limits.oomKillDisable,
    IPv4Forwarding: machine.forwardsIpv4,
    SystemTime: new Date().toISOString(),
    LoggingDriver: logDriver,
    CgroupDriver: cgroupDriver,
    CgroupVersion: String(machine.cgroupVersion),
    KernelVersion: kernel,
    OperatingSystem: machine.operatingSystem,
    OSVersion: machine.osVersion,
    OSType: 'linux',
    Architecture: machine.processor,
    NCPU: machine.cpus,
    MemTotal: machine.memoryBytes,
    DockerRootDir: root,
    Name: machine.hostname,
    ServerVersion: version,
    Runtimes: asMap(Object.fromEntries([...facts.runtimes].map(([name, path]) => [name, path === '' ? {} : { path }]))),
    DefaultRuntime: facts.defaultRuntime,
    // No container needs a helper to live.
    LiveRestoreEnabled: true,
    SecurityOptions: securityOptions(machine),
    Warnings: warnings.length > 0 ? warnings : nilList,
    SkiffRootDir: root,
    SkiffRunDir: runRoot,
    Privilege:
      privilege.status === 'refused'
        ? { ...privilege, reason: inEnglish(privilege.reason), hint: inEnglish(privilege.hint) }
        : privilege,
  };
}

const securityOptions = ({ hasAppArmor }: MachineFacts): string[] => [
  ...(hasAppArmor ? ['name=apparmor'] : []),
  'name=seccomp,profile=builtin',
  'name=cgroupns',
];

/** In Docker's words. */
function warningsOf({ limits, forwardsIpv4 }: MachineFacts): string[] {
  const checks: [boolean, string][] = [
    [limits.memory, 'No memory limit support'],
    [limits.swap, 'No swap limit support'],
    [limits.cpuQuota, 'No cpu cfs quota support'],
    [limits.cpuShares, 'No cpu shares support'],
    [limits.cpuset, 'No cpuset support'],
    [limits.pids, 'No pids limit support'],
    [forwardsIpv4, 'IPv4 forwarding is disabled'],
  ];
  return checks.flatMap(([isThere, words]) => (isThere ? [] : [`WARNING: ${words}`]));
}

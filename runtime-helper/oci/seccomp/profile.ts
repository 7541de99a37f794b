import { SkiffError } from '../../lib/errors.ts';
import { defaultNames } from './tables.ts';

/** Comparison of one argument (seccomp_rule_add(3)). `value` is the mask and `valueTwo` what is expected for SCMP_CMP_MASKED_EQ. */
export type ArgumentTest = { index: number; value: bigint; valueTwo: bigint; op: string };
export type SyscallRule = { names: string[]; action: string; errno: number; args: ArgumentTest[] };
export type Profile = { defaultAction: string; defaultErrno: number; rules: SyscallRule[] };

/** For whom a profile is read: rules can be for some capabilities, architectures and kernels only. */
export type Circumstances = { capabilities: readonly string[]; architecture: string; kernel: string };

const permitted = 1;
const missing = 38;

/** Docker's JSON (docs.docker.com, "Seccomp security profiles for Docker"). Throws invalid-argument. */
export function parseProfile(text: string, where: Circumstances): Profile {
  const root = record(parseJson(text), 'the profile');
  return {
    defaultAction: word(root['defaultAction'], 'defaultAction'),
    defaultErrno: number(root['defaultErrnoRet'], permitted),
    rules: list(root['syscalls'], 'syscalls').flatMap((entry) => {
      const rule = record(entry, 'a rule of syscalls');
      return applies(rule, where) ? [parseRule(rule)] : [];
    }),
  };
}

function parseRule(rule: Record<string, unknown>): SyscallRule {
  const { names, name } = rule;
  return {
    names: names === undefined ? [word(name, 'name')] : list(names, 'names').map((one) => word(one, 'names')),
    action: word(rule['action'], 'action'),
    errno: number(rule['errnoRet'], permitted),
    args: list(rule['args'], 'args').map((entry) => {
      const test = record(entry, 'args');
      const index = number(test['index'], 0);
      if (index > 5) throw bad(`argument ${index}: a system call has six`);
      const [value, valueTwo] = [big(test['value']), big(test['valueTwo'])];
      return { index, value, valueTwo, op: word(test['op'], 'op') };
    }),
  };
}

function applies(rule: Record<string, unknown>, where: Circumstances): boolean {
  const includes = record(rule['includes'] ?? {}, 'includes');
  const excludes = record(rule['excludes'] ?? {}, 'excludes');
  const any = (set: Record<string, unknown>, key: string, has: (one: string) => boolean): boolean =>
    list(set[key], key).some((one) => has(word(one, key)));
  const hasCapability = (name: string): boolean => where.capabilities.includes(name);
  const isArchitecture = (name: string): boolean => name === where.architecture;
  if (any(excludes, 'caps', hasCapability) || any(excludes, 'arches', isArchitecture)) return false;
  if (isNewEnough(excludes['minKernel'], where.kernel)) return false;
  const { minKernel } = includes;
  if (minKernel !== undefined && !isNewEnough(minKernel, where.kernel)) return false;
  const wanted = (key: string, has: (one: string) => boolean): boolean =>
    list(includes[key], key).length === 0 || any(includes, key, has);
  return wanted('caps', hasCapability) && wanted('arches', isArchitecture);
}

function isNewEnough(minimum: unknown, kernel: string): boolean {
  if (minimum === undefined || minimum === '') return false;
  const parts = (text: string): number[] => text.split(/[.-]/).slice(0, 2).map(Number);
  const [[major = 0, minor = 0], [ours = 0, oursMinor = 0]] = [parts(word(minimum, 'minKernel')), parts(kernel)];
  return ours > major || (ours === major && oursMinor >= minor);
}

/** What a capability that the container has lets through of what the profile of all others refuses. */
const byCapability: Readonly<Record<string, string>> = {
  CAP_BPF: 'bpf',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_PERFMON: 'perf_event_open',
  CAP_SYSLOG: 'syslog',
  CAP_SYS_ADMIN:
    'bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount open_tree ' +
    'perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare',
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_MODULE: 'delete_module finit_module init_module',
  CAP_SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'iopl ioperm',
  CAP_SYS_TIME: 'clock_settime clock_settime64 settimeofday stime',
  CAP_SYS_TTY_CONFIG: 'vhangup',
};

/** The built-in profile for a container whose capabilities are not the usual ones (github.com/moby/profiles, seccomp/default.json). */
export function defaultProfile(capabilities: readonly string[]): Profile {
  const rule = (
    names: string,
    action = 'SCMP_ACT_ALLOW',
    errno = permitted,
    args: ArgumentTest[] = [],
  ): SyscallRule => ({
    ...{ names: names.split(' ').filter(Boolean), action, errno, args },
  });
  const test = (op: string, value: number, valueTwo = 0): ArgumentTest[] => [
    { index: 0, op, value: BigInt(value), valueTwo: BigInt(valueTwo) },
  ];
  const names = capabilities.includes('CAP_SYS_CHROOT')
    ? defaultNames
    : defaultNames
        .split(' ')
        .filter((name) => name !== 'chroot')
        .join(' ');
  const admin = capabilities.includes('CAP_SYS_ADMIN');
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrno: permitted,
    rules: [
      rule(names),
      ...capabilities.map((name) => rule(byCapability[name] ?? '')),
      ...(admin
        ? []
        : [
            rule('clone', 'SCMP_ACT_ALLOW', permitted, test('SCMP_CMP_MASKED_EQ', 0x7e020000, 0)),
            // Its flags are in memory, which a filter can't read; libc falls back to clone(2).
            rule('clone3', 'SCMP_ACT_ERRNO', missing),
          ]),
      ...[0, 8, 0x20000, 0x20008, 0xffffffff].map((value) =>
        rule('personality', 'SCMP_ACT_ALLOW', permitted, test('SCMP_CMP_EQ', value)),
      ),
      // AF_VSOCK leads to the hypervisor.
      rule('socket', 'SCMP_ACT_ALLOW', permitted, test('SCMP_CMP_NE', 40)),
    ],
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw bad(`not valid JSON: ${String(cause)}`);
  }
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${what} is not an object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw bad(`${what} is not a list`);
  return value as unknown[];
}

function word(value: unknown, what: string): string {
  if (typeof value !== 'string') throw bad(`${what} is not a text`);
  return value;
}

function number(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw bad(`${JSON.stringify(value)} is not a number`);
  return value;
}

function big(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw bad(`${JSON.stringify(value)} is not a number`);
  return BigInt.asUintN(64, BigInt(value));
}

function bad(reason: string): SkiffError {
  return new SkiffError('invalid-argument', `decoding seccomp profile failed: ${reason}`, { exitCode: 125 });
}

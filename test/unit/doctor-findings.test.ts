import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings, type Facts } from '../../runtime-helper/engine/doctor/findings.ts';
import { phrase, verbatim } from '../../runtime-helper/lib/phrase.ts';
import { parseBlockers } from '../../runtime-helper/network/blockers.ts';
import { parseControllers } from '../../runtime-helper/sys/machine.ts';
import { doctorReport } from '../../src/ui/doctor-report.ts';

const names = ['pid', 'mount', 'uts', 'ipc', 'net', 'cgroup', 'overlay', 'overlay-store', 'devpts', 'bridge', 'veth'];
const wellProbed = new Map<string, string | undefined>(
  [...names, 'nftables', 'seccomp', 'openat2', 'cgroup2'].map((name) => [name, undefined]),
);
const well: Facts = {
  machine: {
    kernel: '6.1.0-31-amd64',
    cgroupControllers: { v1: [], v2: ['cpuset', 'cpu', 'io', 'memory', 'pids'] },
    noNewPrivileges: false,
    forwarding: true,
    inotifyInstances: 128,
    freeBytes: 50e9,
    wsl: false,
  },
  privilege: { status: 'granted', through: 'sudo' },
  probes: wellProbed,
  blockers: [],
  storeRoot: '/var/lib/skiff',
  storeId: '0123abcd',
};

const troubles = (facts: Facts): Record<string, string> =>
  Object.fromEntries(
    findings(facts).flatMap(({ id, verdict, fix }) =>
      verdict === 'good' ? [] : [[id, `${verdict}${fix === undefined ? '' : ', with a fix'}`]],
    ),
  );

test('a machine that has everything has no trouble', () => {
  assert.deepEqual(troubles(well), {});
});

test('what is missing is named with its remedy', () => {
  const probes = new Map(wellProbed).set('overlay-store', 'invalid argument (EINVAL)').set('nftables', 'no (ENOENT)');
  assert.deepEqual(troubles({ ...well, probes }), {
    'overlay-store': 'problem, with a fix',
    nftables: 'warning, with a fix',
  });
  const { machine } = well;
  const check = (change: Partial<Facts['machine']>, expected: Record<string, string>): void =>
    assert.deepEqual(troubles({ ...well, machine: { ...machine, ...change } }), expected);
  check({ kernel: '5.4.0-1' }, { kernel: 'problem, with a fix' });
  check({ kernel: '5.10.16.3-microsoft-standard-WSL2', wsl: true }, {});
  check({ cgroupControllers: { v1: [], v2: ['cpu'] } }, { controllers: 'warning, with a fix' });
  check({ freeBytes: 1e9 }, { disk: 'warning, with a fix' });
  check({ inotifyInstances: 8 }, { inotify: 'warning, with a fix' });
  const blockers = parseBlockers(['out', 'ip', 'filter', 'FORWARD', 'in', 'ip', 'filter', 'FORWARD']);
  assert.deepEqual(troubles({ ...well, blockers }), { forwarding: 'warning, with a fix' });
});

test('without privileges nothing is said of what was not tried', () => {
  const privilege = { status: 'refused', reason: verbatim('wrong password'), hint: verbatim('Try again.') } as const;
  const found = findings({ ...well, privilege, probes: undefined });
  assert.deepEqual(troubles({ ...well, privilege, probes: undefined }), { privileges: 'problem, with a fix' });
  assert.ok(!found.some(({ id }) => id === 'overlay'));
});

test('rights that were not asked for are no problem, unless the session can gain none', () => {
  const privilege = { status: 'unused' } as const;
  const fixOf = (noNewPrivileges: boolean): string | undefined =>
    findings({ ...well, privilege, probes: undefined, machine: { ...well.machine, noNewPrivileges } }).find(
      ({ id }) => id === 'privileges',
    )?.fix?.message;
  assert.match(fixOf(false) ?? '', /^Run a container/);
  assert.match(fixOf(true) ?? '', /^Start VS Code outside the sandbox/);
});

test('controllers of version 1 are those with a hierarchy of their own', () => {
  const table = '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t4\t1\t1\nmemory\t0\t1\t1\npids\t9\t3\t0\n';
  assert.deepEqual(parseControllers(table, 'memory pids\n'), { v1: ['cpuset'], v2: ['memory', 'pids'] });
});

test('the report shows what needs a person first, and lets no text become markup', () => {
  const report = doctorReport([
    { id: 'a', title: verbatim('Kernel'), verdict: 'good', details: [verbatim('Linux | 6')] },
    {
      id: 'b',
      title: verbatim('Disk'),
      verdict: 'problem',
      details: [verbatim('[x](command:evil)')],
      fix: phrase('Remove `{0}`.', 'this'),
    },
  ]);
  assert.ok(report.indexOf('Disk') < report.indexOf('Kernel'));
  assert.match(report, /Linux \\\| 6/);
  assert.doesNotMatch(report, /\[x\]\(/);
  assert.match(report, /Remove `this`\./);
});

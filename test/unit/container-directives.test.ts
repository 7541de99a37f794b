import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runtimeConfig, type ContainerPlan } from '../../runtime-helper/container/default-config.ts';
import { createDirectives, type StartPlan } from '../../runtime-helper/container/directives.ts';

const id = 'ab'.repeat(32);
const plan: ContainerPlan = {
  id,
  hostname: 'box',
  args: ['sh', '-c', 'exit 3'],
  env: ['PATH=/bin'],
  cwd: '/',
  user: '',
  tty: false,
  network: 'bridge',
  extraMounts: [],
  extraMaskedPaths: [],
  annotations: {},
};
const start: StartPlan = {
  id,
  lowers: ['aa', 'bb'],
  overlayOptions: ['index=off'],
  stdin: 'null',
  gate: true,
  columns: 0,
  rows: 0,
  networks: [],
  publish: [],
  resolver: false,
  onExitUnlink: ['names/box'],
  autoRemove: true,
};

/** The arguments that follow a directive, wherever it is. */
function argumentsOf(directives: string[], name: string, count: number): string[][] {
  return directives.flatMap((word, index) => (word === name ? [directives.slice(index + 1, index + 1 + count)] : []));
}

describe('the create request', () => {
  const directives = createDirectives(runtimeConfig(plan), start);

  it('begins with the verb and keeps the order of layers and arguments', () => {
    assert.equal(directives[0], 'create');
    assert.deepEqual(argumentsOf(directives, 'lower', 1), [['aa'], ['bb']]);
    assert.deepEqual(argumentsOf(directives, 'arg', 1), [['sh'], ['-c'], ['exit 3']]);
  });

  it('says mount options as flags and data', () => {
    const mounts = argumentsOf(directives, 'mount', 5);
    assert.deepEqual(mounts[0], ['proc', 'proc', '/proc', String(2 | 4 | 8), '']);
    assert.deepEqual(mounts[1], ['tmpfs', 'tmpfs', '/dev', String(2 | (1 << 24)), 'mode=755,size=65536k']);
  });

  it('denies all devices before it allows some', () => {
    const rules = argumentsOf(directives, 'device-rule', 5);
    assert.deepEqual(rules[0], ['deny', 'a', '*', '*', 'rwm']);
    assert.ok(rules.some((rule) => rule.join(' ') === 'allow c 1 3 rwm'));
    assert.ok(!rules.some((rule) => rule[0] === 'allow' && rule[1] === 'b' && rule[4] !== 'm'));
  });

  it("gives Docker's capabilities as a mask", () => {
    // CapBnd of a process in a container of Docker's.
    assert.deepEqual(argumentsOf(directives, 'capabilities', 5)[0], ['a80425fb', 'a80425fb', 'a80425fb', '0', '0']);
  });

  it('confines by seccomp and masks the kernel log and memory', () => {
    assert.deepEqual(argumentsOf(directives, 'seccomp', 1), [['default']]);
    assert.ok(argumentsOf(directives, 'mask', 1).some(([path]) => path === '/proc/kcore'));
    assert.ok(argumentsOf(directives, 'readonly', 1).some(([path]) => path === '/proc/sys'));
  });

  it('keeps the network namespace of the host only when asked', () => {
    assert.deepEqual(argumentsOf(directives, 'namespace', 2), []);
    const host = createDirectives(runtimeConfig({ ...plan, network: 'host' }), start);
    assert.deepEqual(argumentsOf(host, 'namespace', 2), [['net', 'host']]);
  });
});

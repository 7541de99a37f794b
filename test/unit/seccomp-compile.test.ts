import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allCapabilities, defaultCapabilities } from '../../runtime-helper/oci/capabilities.ts';
import { compileProfile } from '../../runtime-helper/oci/seccomp/compile.ts';
import { defaultProfile, parseProfile } from '../../runtime-helper/oci/seccomp/profile.ts';

const [x64, i386, arm64] = [0xc000003e, 0x40000003, 0xc00000b7];
const [allow, eperm, enosys, kill] = [0x7fff0000, 0x00050001, 0x00050026, 0x80000000];
const calls = {
  read: 0,
  mkdir: 83,
  mount: 165,
  clone: 56,
  clone3: 435,
  personality: 135,
  socket: 41,
  ptrace: 101,
  bpf: 321,
};

/** Runs a program as the kernel does: struct seccomp_data is nr, arch, ip, six arguments. */
function run(program: string, call: { audit: number; number: number; args?: bigint[] }): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit, true);
  (call.args ?? []).forEach((value, index) => data.setBigUint64(16 + 8 * index, value, true));
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const word = program.slice(at * 16, at * 16 + 16);
    assert.equal(word.length, 16, 'the program runs past its end');
    const part = (from: number, to: number): number => Number.parseInt(word.slice(from, to), 16);
    const [code, jt, jf, k] = [part(0, 4), part(4, 6), part(6, 8), part(8, 16)];
    const test = { 0x15: accumulator === k, 0x25: accumulator > k, 0x35: accumulator >= k }[code];
    if (code === 0x06) return k;
    else if (code === 0x20) accumulator = data.getUint32(k, true);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x05) at += k;
    else if (test !== undefined) at += test ? jt : jf;
    else assert.fail(`instruction ${code.toString(16)}`);
  }
}

const where = { capabilities: defaultCapabilities, architecture: 'amd64', kernel: '6.1.0' };
const compile = (profile: object): string => compileProfile(parseProfile(JSON.stringify(profile), where), 'x64');

describe('the default profile, compiled', () => {
  const usual = compileProfile(defaultProfile(defaultCapabilities), 'x64');
  const all = compileProfile(defaultProfile(allCapabilities), 'x64');
  const on = (program: string, number: number, ...args: bigint[]): number => run(program, { audit: x64, number, args });

  it('lets through what Docker lets through', () => {
    assert.equal(on(usual, calls.read), allow);
    assert.equal(on(usual, calls.ptrace), allow);
    assert.equal(on(usual, calls.mount), eperm);
    assert.equal(on(usual, calls.bpf), eperm);
  });

  it('looks at arguments', () => {
    assert.equal(on(usual, calls.clone, 0x11n), allow);
    assert.equal(on(usual, calls.clone, 0x10000000n), eperm);
    assert.equal(on(usual, calls.personality, 0xffffffffn), allow);
    assert.equal(on(usual, calls.personality, 0x40000n), eperm);
    assert.equal(on(usual, calls.socket, 40n), eperm);
    assert.equal(on(usual, calls.socket, 2n), allow);
  });

  it('lets more through for more capabilities', () => {
    assert.equal(on(all, calls.mount), allow);
    assert.equal(on(all, calls.clone, 0x10000000n), allow);
    assert.equal(on(all, calls.clone3), allow);
    assert.equal(on(all, calls.bpf), allow);
  });

  it('says ENOSYS to what can not be known: newer calls, clone3, x32', () => {
    assert.equal(on(usual, 5000), enosys);
    assert.equal(on(usual, calls.clone3), enosys);
    assert.equal(on(usual, 0x40000000 + calls.read), enosys);
  });

  it('has a table for each ABI, and kills others', () => {
    assert.equal(run(usual, { audit: i386, number: 3 }), allow);
    assert.equal(run(usual, { audit: i386, number: 21 }), eperm);
    assert.equal(run(usual, { audit: arm64, number: 63 }), kill);
    const arm = compileProfile(defaultProfile(defaultCapabilities), 'arm64');
    assert.equal(run(arm, { audit: arm64, number: 63 }), allow);
    assert.equal(run(arm, { audit: arm64, number: 40 }), eperm);
  });
});

describe('a profile of the user', () => {
  const rule = (names: string[], action: string, more: object = {}): object => ({ names, action, ...more });

  it('decides by its rules, and else by its default', () => {
    const program = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        rule(['mkdir', 'mkdirat'], 'SCMP_ACT_ERRNO', { errnoRet: 13 }),
        rule(['mount'], 'SCMP_ACT_KILL_PROCESS'),
      ],
    });
    assert.equal(run(program, { audit: x64, number: calls.mkdir }), 0x0005000d);
    assert.equal(run(program, { audit: x64, number: calls.mount }), kill);
    assert.equal(run(program, { audit: x64, number: 5000 }), allow);
  });

  const compared: [string, bigint, boolean[]][] = [
    // Against 0x1_0000_0005: below in the upper half, below, equal, above, above in the upper half.
    ['SCMP_CMP_EQ', 0x100000005n, [false, false, true, false, false]],
    ['SCMP_CMP_NE', 0x100000005n, [true, true, false, true, true]],
    ['SCMP_CMP_LT', 0x100000005n, [true, true, false, false, false]],
    ['SCMP_CMP_LE', 0x100000005n, [true, true, true, false, false]],
    ['SCMP_CMP_GT', 0x100000005n, [false, false, false, true, true]],
    ['SCMP_CMP_GE', 0x100000005n, [false, false, true, true, true]],
  ];
  for (const [op, value, expected] of compared)
    it(`compares 64 bits: ${op}`, () => {
      const args = [{ index: 1, value: Number(value), op }];
      const program = compile({
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [rule(['read'], 'SCMP_ACT_ALLOW', { args })],
      });
      const results = [0xffffffffn, 0x100000004n, value, 0x100000006n, 0x200000000n].map(
        (argument) => run(program, { audit: x64, number: calls.read, args: [0n, argument] }) === allow,
      );
      assert.deepEqual(results, expected);
    });

  it('reads rules that are for some capabilities or architectures only', () => {
    const syscalls = [
      rule(['mount'], 'SCMP_ACT_ALLOW', { includes: { caps: ['CAP_SYS_ADMIN'] } }),
      rule(['bpf'], 'SCMP_ACT_ALLOW', { excludes: { caps: ['CAP_SYS_ADMIN'] } }),
      rule(['ptrace'], 'SCMP_ACT_ALLOW', { includes: { minKernel: '99.0' } }),
      rule(['read'], 'SCMP_ACT_ALLOW', { includes: { arches: ['amd64'] } }),
    ];
    const program = compile({ defaultAction: 'SCMP_ACT_ERRNO', syscalls });
    const outcomes = [calls.mount, calls.bpf, calls.ptrace, calls.read].map((number) =>
      run(program, { audit: x64, number }),
    );
    assert.deepEqual(outcomes, [eperm, allow, eperm, allow]);
  });

  it('is refused when it can not be one', () => {
    assert.throws(() => compileProfile(parseProfile('{', where), 'x64'), /decoding seccomp profile failed/);
    assert.throws(() => compile({ defaultAction: 'SCMP_ACT_NOTIFY' }), /SCMP_ACT_NOTIFY is not supported/);
    assert.throws(() => compile({ defaultAction: 1 }), /defaultAction is not a text/);
  });
});

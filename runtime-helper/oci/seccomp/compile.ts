import { SkiffError } from '../../lib/errors.ts';
import { Assembler, type Label } from './assembler.ts';
import type { ArgumentTest, Profile, SyscallRule } from './profile.ts';
import * as tables from './tables.ts';

/** Of an ABI: its AUDIT_ARCH_* (linux/audit.h) and its system calls. */
type Abi = { audit: number; calls: string; x32?: true };

/** By Node's name; the native ABI first, as it is what is compared first. */
const abis: Readonly<Record<string, readonly Abi[]>> = {
  x64: [
    { audit: 0xc000003e, calls: tables.x86_64, x32: true },
    { audit: 0x40000003, calls: tables.i386 },
  ],
  arm64: [{ audit: 0xc00000b7, calls: tables.aarch64 }],
};

const x32Bit = 0x40000000;
const noSuchCall = 0x0005_0000 | 38;
const killProcess = 0x8000_0000;

/** struct seccomp_data (linux/seccomp.h). */
const offsetOf = { number: 0, architecture: 4, argument: (index: number): number => 16 + 8 * index };

/** The filter program of a profile, in hex: struct sock_filter for the native program's `seccomp-program`. Pure. */
export function compileProfile(profile: Profile, architecture: string): string {
  const assembler = new Assembler();
  assembler.load(offsetOf.architecture);
  const known = abis[architecture];
  if (!known) throw new SkiffError('not-implemented', `no seccomp profiles for the architecture ${architecture}`);
  for (const abi of known) {
    const next = assembler.label();
    assembler.skipUnless(abi.audit, next);
    compileAbi(assembler, profile, abi);
    assembler.place(next);
  }
  assembler.return(killProcess);
  return assembler.hex();
}

/** What happens at a call: tests in order, then `otherwise`. */
type Decision = { tests: { conditions: ArgumentTest[]; action: number }[]; otherwise: number };

function compileAbi(assembler: Assembler, profile: Profile, { calls, x32 }: Abi): void {
  const numbers = new Map(
    calls.split(' ').map((entry): [string, number] => {
      const [name = '', number] = entry.split('=');
      return [name, Number(number)];
    }),
  );
  const fallback = actionOf(profile.defaultAction, profile.defaultErrno);
  const decisions = decide(profile.rules, numbers, fallback);
  assembler.load(offsetOf.number);
  if (x32) assembler.returnIfAtLeast(x32Bit, noSuchCall);
  for (const [number, decision] of decisions) if (decision.tests.length > 0) compileTests(assembler, number, decision);
  // What the profile can't know yet: programs probe for it and take ENOSYS better than EPERM.
  const last = Math.max(...decisions.keys(), 0);
  if (fallback !== actionOf('SCMP_ACT_ALLOW', 0)) assembler.returnIfAtLeast(last + 1, noSuchCall);
  compileTree(assembler, rangesOf(decisions, fallback), fallback);
}

function decide(rules: readonly SyscallRule[], numbers: Map<string, number>, fallback: number): Map<number, Decision> {
  const decisions = new Map<number, Decision>();
  for (const { names, action, errno, args } of rules) {
    for (const name of names) {
      const number = numbers.get(name);
      // One that this ABI does not have.
      if (number === undefined) continue;
      const decision = decisions.get(number) ?? { tests: [], otherwise: fallback };
      if (args.length === 0) decision.otherwise = actionOf(action, errno);
      else
        for (const conditions of alternatives(args))
          decision.tests.push({ conditions, action: actionOf(action, errno) });
      decisions.set(number, decision);
    }
  }
  // A call that is let through anyway needs no tests for being let through.
  for (const decision of decisions.values())
    decision.tests = decision.tests.filter(({ action }) => action !== decision.otherwise);
  return decisions;
}

/** All must hold; but two tests of one argument are alternatives, as in runc. */
function alternatives(args: ArgumentTest[]): ArgumentTest[][] {
  const repeated = new Set(args.map(({ index }) => index)).size < args.length;
  return repeated ? args.map((test) => [test]) : [args];
}

function compileTests(assembler: Assembler, number: number, { tests, otherwise }: Decision): void {
  const next = assembler.label();
  assembler.skipUnless(number, next);
  for (const { conditions, action } of tests) {
    const fails = assembler.label();
    for (const condition of conditions) compileTest(assembler, condition, fails);
    assembler.return(action);
    assembler.place(fails);
  }
  assembler.return(otherwise);
  assembler.place(next);
}

/** Goes on when the test holds. An argument has 64 bits and the accumulator 32: the upper half decides unless it is equal. */
function compileTest(assembler: Assembler, { index, op, value, valueTwo }: ArgumentTest, fails: Label): void {
  const low = offsetOf.argument(index);
  const high = low + 4;
  const halves = (all: bigint): [number, number] => [Number(all >> 32n), Number(all & 0xffffffffn)];
  const [valueHigh, valueLow] = halves(value);
  const holds = assembler.label();
  switch (op) {
    case 'SCMP_CMP_MASKED_EQ': {
      const [wantedHigh, wantedLow] = halves(valueTwo);
      assembler.load(high);
      assembler.and(valueHigh);
      assembler.jumpUnless('equal', wantedHigh, fails);
      assembler.load(low);
      assembler.and(valueLow);
      return assembler.jumpUnless('equal', wantedLow, fails);
    }
    case 'SCMP_CMP_EQ':
      assembler.load(high);
      assembler.jumpUnless('equal', valueHigh, fails);
      assembler.load(low);
      return assembler.jumpUnless('equal', valueLow, fails);
    case 'SCMP_CMP_NE':
      assembler.load(high);
      assembler.jumpUnless('equal', valueHigh, holds);
      assembler.load(low);
      assembler.jumpIf('equal', valueLow, fails);
      return assembler.place(holds);
    case 'SCMP_CMP_GT':
    case 'SCMP_CMP_GE':
      assembler.load(high);
      assembler.jumpIf('greater', valueHigh, holds);
      assembler.jumpUnless('equal', valueHigh, fails);
      assembler.load(low);
      assembler.jumpUnless(op === 'SCMP_CMP_GT' ? 'greater' : 'atLeast', valueLow, fails);
      return assembler.place(holds);
    case 'SCMP_CMP_LT':
    case 'SCMP_CMP_LE':
      assembler.load(high);
      assembler.jumpIf('greater', valueHigh, fails);
      assembler.jumpUnless('equal', valueHigh, holds);
      assembler.load(low);
      assembler.jumpIf(op === 'SCMP_CMP_LT' ? 'atLeast' : 'greater', valueLow, fails);
      return assembler.place(holds);
    default:
      throw new SkiffError('invalid-argument', `seccomp profile: unknown comparison ${op}`, { exitCode: 125 });
  }
}

/** Calls from `first` on share an action, up to the next range. */
type Range = { first: number; action: number };

function rangesOf(decisions: Map<number, Decision>, fallback: number): Range[] {
  const ranges: Range[] = [{ first: 0, action: fallback }];
  const add = (first: number, action: number): void => {
    const last = ranges.at(-1);
    if (last?.first === first) last.action = action;
    else if (last?.action !== action) ranges.push({ first, action });
  };
  for (const number of [...decisions.keys()].toSorted((a, b) => a - b)) {
    add(number, decisions.get(number)?.otherwise ?? fallback);
    if (!decisions.has(number + 1)) add(number + 1, fallback);
  }
  return ranges;
}

/** A binary tree: a few comparisons for any number. */
function compileTree(assembler: Assembler, ranges: readonly Range[], fallback: number): void {
  if (ranges.length <= 1) return assembler.return(ranges[0]?.action ?? fallback);
  const middle = ranges.length >> 1;
  const upper = assembler.label();
  assembler.skipIfAtLeast(ranges[middle]?.first ?? 0, upper);
  compileTree(assembler, ranges.slice(0, middle), fallback);
  assembler.place(upper);
  compileTree(assembler, ranges.slice(middle), fallback);
}

/** SECCOMP_RET_* (seccomp(2)). */
function actionOf(name: string, errno: number): number {
  switch (name) {
    case 'SCMP_ACT_ALLOW':
      return 0x7fff_0000;
    case 'SCMP_ACT_ERRNO':
      return 0x0005_0000 | (errno & 0xffff);
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return 0;
    case 'SCMP_ACT_KILL_PROCESS':
      return killProcess;
    case 'SCMP_ACT_TRAP':
      return 0x0003_0000;
    case 'SCMP_ACT_TRACE':
      return 0x7ff0_0000 | (errno & 0xffff);
    case 'SCMP_ACT_LOG':
      return 0x7ffc_0000;
    default:
      throw new SkiffError('invalid-argument', `seccomp profile: the action ${name} is not supported`, {
        exitCode: 125,
      });
  }
}

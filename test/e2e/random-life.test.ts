/**
 * Random commands to several containers, by turns and at once, next to a model of them. A difference names the seed:
 * SKIFF_RANDOM_SEED=… SKIFF_RANDOM_STEPS=… runs the same again, or for longer.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { kinds, ModelContainer, type Kind, type Outcome, type Policy } from '../support/container-model.ts';
import { randomSeed } from '../support/random-seed.ts';
import type { RunResult } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const seed = randomSeed();
const steps = Number(process.env['SKIFF_RANDOM_STEPS'] ?? 200);
const names = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];
const never: Policy = { name: 'no', most: 0 };
const policies: Policy[] = [
  never,
  { name: 'always', most: 0 },
  { name: 'unless-stopped', most: 0 },
  { name: 'on-failure', most: 0 },
  { name: 'on-failure', most: 2 },
];

/** A command line, and what the model says of it. */
type Step = { args: string[]; expected: Outcome; prints?: string };

describe(`containers under random commands (seed ${seed})`, () => {
  const store = new TestStore();
  const random = generator(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const containers: ModelContainer[] = [];
  const said: string[] = [];

  before(() => store.succeed(['ps']));
  after(() => store.dispose());

  it(`are what ${steps} steps make of a model of them`, async () => {
    try {
      for (let step = 0; step < steps; step++) await next();
    } catch (error) {
      throw new Error(`seed ${seed}, after ${said.length} commands:\n${said.slice(-40).join('\n')}`, { cause: error });
    }
  });

  async function next(): Promise<void> {
    if (containers.length === 0 || (containers.length < names.length - 1 && random() < 0.15)) return create();
    const some = random() < 0.7 ? [one(containers)] : containers.filter((_, index) => index === 0 || random() < 0.6);
    // A name is everybody's: who gets it, when several want it at once, no model says.
    const planned = random() < 0.2 ? [planForAll(some)] : some.map((container) => plan(container, some.length === 1));
    await Promise.all(planned.map((step) => execute(step)));
    await agree();
  }

  async function create(): Promise<void> {
    const name = one(names);
    const kind = one(Object.keys(kinds) as Kind[]);
    const autoRemove = random() < 0.2;
    const policy = autoRemove ? never : one(policiesOf(kind));
    const { options, script } = kinds[kind];
    const how = ['--network', 'none', ...(autoRemove ? ['--rm'] : ['--restart', policyText(policy)]), ...options];
    const args = ['create', '--name', name, ...how, '@host', 'sh', '-c', script];
    const isTaken = containers.some((container) => container.name === name);
    const { stdout } = await execute({
      args,
      expected: isTaken ? { code: 1, refusal: /already in use/ } : { code: 0 },
    });
    if (!isTaken) containers.push(new ModelContainer(stdout.trim(), { name, kind, autoRemove, policy }));
    await agree();
  }

  /** One command that names them all: those where it went well are printed, the others make its exit code 1. */
  function planForAll(some: readonly ModelContainer[]): Step {
    const command = one(['start', 'kill', 'pause', 'unpause', 'rm', 'rm -f'] as const);
    const ends = some.map((container) => ({ name: container.name, ...container.apply(command) }));
    const prints = ends.filter(({ code }) => code === 0).map(({ name }) => name);
    const [refusal] = ends.flatMap((end) => end.refusal ?? []);
    const expected = refusal ? { code: 1, refusal } : { code: 0 };
    return { args: [...command.split(' '), ...ends.map(({ name }) => name)], expected, prints: prints.join('\n') };
  }

  /** What to do with it next; the model has done it already. */
  function plan(container: ModelContainer, isAlone: boolean): Step {
    const name = isAlone && random() < 0.3 ? container.name : container.id.slice(0, one([8, 12, 64]));
    const step = (args: string[], expected: Outcome, prints = name): Step => ({
      args: [...args, name],
      expected,
      ...(expected.code === 0 ? { prints } : {}),
    });
    const grace = container.kind === 'polite' || container.kind === 'reaped' ? '100' : '0';
    const timed = (command: 'stop' | 'restart'): Step => step([command, '-t', grace], container.apply(command));
    const plain = (command: 'start' | 'kill' | 'pause' | 'unpause' | 'rm'): Step =>
      step([command], container.apply(command));
    const choices: (() => Step)[] = [
      () => plain('start'),
      () => plain('start'),
      () => timed('stop'),
      () => timed('restart'),
      () => plain('kill'),
      () => plain('pause'),
      () => plain('pause'),
      () => plain('unpause'),
      () => plain('rm'),
      () => (random() < 0.3 ? step(['rm', '-f'], container.apply('rm -f')) : plain('start')),
      () => ({ args: ['exec', name, 'sh', '-c', 'exit 6'], expected: container.exec(6) }),
      () => ({ args: ['top', name], expected: container.apply('top') }),
      () => step(['kill', '-s', 'TERM'], container.signal('TERM')),
      () => changePolicy(),
      () => {
        container.shares = one([100, 512]);
        return step(['update', '--cpu-shares', String(container.shares)], { code: 0 });
      },
    ];
    const changePolicy = (): Step => {
      const policy = one(policiesOf(container.kind));
      return step(['update', '--restart', policyText(policy)], container.update(policy));
    };
    // Which of several signals comes first to one that is thawed no model says, either.
    if (container.state === 'running') choices.push(() => step(['kill', '-s', 'HUP'], container.signal('HUP')));
    if (!container.isActive) choices.push(() => step(['wait'], { code: 0 }, String(container.lastCode)));
    if (isAlone)
      choices.push(() => {
        const wanted = one(names);
        const isTaken = containers.some((other) => other !== container && other.name === wanted);
        const expected = isTaken ? { code: 1, refusal: /already in use/ } : container.rename(wanted);
        return { args: ['rename', name, wanted], expected };
      });
    return one(choices)();
  }

  async function execute({ args, expected, prints }: Step): Promise<RunResult> {
    said.push(args.join(' '));
    const result = await store.skiff(args);
    const what = `${args.join(' ')} said ${JSON.stringify(result)}`;
    assert.equal(result.code, expected.code, what);
    if (expected.refusal) assert.match(result.stderr, expected.refusal, what);
    if (prints !== undefined) assert.equal(result.stdout.replace(/\n$/, ''), prints, what);
    return result;
  }

  /** What was asked for holds at once, but for what a container does by itself. */
  async function agree(): Promise<void> {
    const present = containers.filter(({ state }) => state !== 'gone');
    const expected = present.map(String).sort();
    let seen: string[] = [];
    await until('the containers are as the model says', async () => {
      seen = await look();
      return seen.join('\n') === expected.join('\n');
    }).catch(() => assert.deepEqual(seen, expected));
    containers.splice(0, containers.length, ...present);
    await Promise.all(present.filter(({ state }) => state === 'running').map(listens));
  }

  async function look(): Promise<string[]> {
    const ids = await store.succeed(['ps', '-aq', '--no-trunc']);
    if (ids === '') return [];
    const policy = '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}';
    const format = `{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}} ${policy} {{.HostConfig.CpuShares}}`;
    const text = await store.succeed(['inspect', '-f', format, ...ids.split('\n')]);
    return text.split('\n').sort();
  }

  /** A shell is deaf until it has set its handlers. */
  async function listens({ id, kind }: ModelContainer): Promise<void> {
    if (kind !== 'polite') return;
    const hangUpAndTerm = 0x4001n;
    await until(`${id} has handlers`, async () => {
      const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', id]);
      const [, caught = '0'] = /^SigCgt:\s+(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return (BigInt(`0x${caught}`) & hangUpAndTerm) === hangUpAndTerm;
    });
  }
});

/** One that fails at once would be restarted for ever. */
const policiesOf = (kind: Kind): Policy[] =>
  policies.filter(({ name, most }) => kind !== 'brief' || name === 'no' || most > 0);

const policyText = ({ name, most }: Policy): string => (most === 0 ? name : `${name}:${most}`);

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

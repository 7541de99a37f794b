/** A container as Docker's words describe it, without any engine: what each command makes of it. */
import { commands, type Command, type State } from './container-states.ts';

/**
 * What PID 1 is: one without handlers, so that the kernel drops all but KILL; one with handlers; a reaper with a program
 * that has none; one that fails at once.
 */
export const kinds = {
  deaf: { options: [], script: 'sleep 1000; :' },
  polite: { options: [], script: 'trap "exit 7" TERM; trap "exit 5" HUP; sleep 1000 & wait; :' },
  reaped: { options: ['--init'], script: 'exec sleep 1000' },
  brief: { options: [], script: 'exit 3' },
} as const;
export type Kind = keyof typeof kinds;
/** Exit codes by signal; absent: it is not heard. */
const heard: Record<Kind, { TERM?: number; HUP?: number }> = {
  deaf: {},
  polite: { TERM: 7, HUP: 5 },
  reaped: { TERM: 128 + 15, HUP: 128 + 1 },
  brief: {},
};

export type Policy = { name: 'no' | 'always' | 'unless-stopped' | 'on-failure'; most: number };
/** A command's exit code, and what it must say on stderr when it refuses. */
export type Outcome = { code: number; refusal?: RegExp };

const done: Outcome = { code: 0 };
const killed = 128 + 9;

export class ModelContainer {
  readonly id: string;
  readonly kind: Kind;
  readonly autoRemove: boolean;
  name: string;
  policy: Policy;
  shares = 0;
  state: State | 'gone' = 'created';
  #exitCode = 0;
  #restarts = 0;

  constructor(id: string, options: { name: string; kind: Kind; autoRemove: boolean; policy: Policy }) {
    this.id = id;
    this.name = options.name;
    this.kind = options.kind;
    this.autoRemove = options.autoRemove;
    this.policy = options.policy;
  }

  get isActive(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  /** As `inspect` tells it. */
  toString(): string {
    const { name, state, policy, shares } = this;
    return `/${name} ${state} ${this.#exitCode} ${this.#restarts} ${policy.name}:${policy.most} ${shares}`;
  }

  /** Any command of the table that has an effect by its name alone. */
  apply(command: 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause' | 'rm' | 'rm -f' | 'top'): Outcome {
    const effect = this.#effect(commands[command]);
    if (effect instanceof RegExp) return { code: 1, refusal: effect };
    const isTold = command === 'stop' || command === 'restart';
    if (this.isActive && (effect === 'exited' || command === 'restart'))
      this.#end((isTold && heard[this.kind].TERM) || killed, false);
    if (effect === 'gone') this.state = 'gone';
    else if (effect === 'running' && (command === 'restart' || !this.isActive)) return this.#begin();
    else if (effect === 'running' || effect === 'paused') this.state = effect;
    return done;
  }

  /** `code`: what the process ends with. */
  exec(code: number): Outcome {
    const effect = this.#effect(commands.exec);
    return effect instanceof RegExp ? { code: 1, refusal: effect } : { code };
  }

  /** `kill -s`: TERM is its stop signal, which nothing follows; after another its policy says. */
  signal(signal: 'TERM' | 'HUP'): Outcome {
    const effect = this.#effect(commands.kill);
    if (effect instanceof RegExp) return { code: 1, refusal: effect };
    if (signal === 'TERM') this.state = 'running';
    const code = heard[this.kind][signal];
    if (code !== undefined) this.#end(code, signal === 'HUP');
    return done;
  }

  rename(name: string): Outcome {
    if (name === this.name) return { code: 1, refusal: /same name as its current name/ };
    this.name = name;
    return done;
  }

  update(policy: Policy): Outcome {
    if (this.autoRemove && policy.name !== 'no') return { code: 1, refusal: /AutoRemove is enabled/ };
    this.policy = policy;
    return done;
  }

  /** What `wait` prints of one that does not run. */
  get lastCode(): number {
    return this.#exitCode;
  }

  #effect(command: Command): Command['in'][State] {
    if (this.state === 'gone') return /No such container/i;
    return command.in[this.state];
  }

  #begin(): Outcome {
    if (this.state === 'gone') return { code: 1, refusal: /No such container/i };
    this.#restarts = 0;
    this.#live();
    return done;
  }

  #live(): void {
    this.state = 'running';
    this.#exitCode = 0;
    if (this.kind === 'brief') this.#end(3, true);
  }

  #end(code: number, byItself: boolean): void {
    this.state = this.autoRemove ? 'gone' : 'exited';
    this.#exitCode = code;
    if (!byItself || this.autoRemove || !this.#isRestarted(code)) return;
    this.#restarts++;
    this.#live();
  }

  #isRestarted(code: number): boolean {
    const { name, most } = this.policy;
    if (name === 'on-failure') return code !== 0 && (most === 0 || this.#restarts < most);
    return name !== 'no';
  }
}

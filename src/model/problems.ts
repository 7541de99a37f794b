/** Ends of containers that nobody asked for. Pure. */
import { constants } from 'node:os';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { isActive } from './container-words.ts';

/** A container that has ended badly, and why, to be read after its name: "ended with exit code 3". */
export type Problem = { container: ContainerSummary; cause: string };

/** Remembers how containers were, to see which have ended badly since. */
export class ProblemFinder {
  readonly #active = new Set<string>();

  /** The problems that are new since the last look. What is seen for the first time is none: it may be long ago. */
  look(containers: readonly ContainerSummary[]): Problem[] {
    const problems = containers.flatMap((container) => {
      const cause = this.#active.has(container.id) ? causeOf(container) : undefined;
      return cause === undefined ? [] : [{ container, cause }];
    });
    this.#active.clear();
    for (const { id, state } of containers) if (isActive(state)) this.#active.add(id);
    return problems;
  }
}

function causeOf({ state, tty }: ContainerSummary): string | undefined {
  if (state.status !== 'exited' || state.stopped) return undefined;
  if (state.oomKilled) return 'was killed because it ran out of memory';
  // Who works in a terminal sees for himself how it ends, and often with a code that means nothing.
  if (tty) return undefined;
  return describeEnd(state);
}

function describeEnd({ signal, exitCode }: Extract<ContainerState, { status: 'exited' }>): string | undefined {
  if (signal !== 0) return `was killed by ${signalName(signal)}`;
  return exitCode === 0 ? undefined : `ended with exit code ${exitCode}`;
}

function signalName(number: number): string {
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return name ?? `signal ${number}`;
}

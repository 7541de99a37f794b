/** What goes wrong with containers without anybody having asked for it. Pure. */
import { constants } from 'node:os';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { isActive, isUnhealthy } from './container-words.ts';
import { t } from './l10n.ts';

/** A container that has ended badly, or no longer passes its health check; and why, to be read after its name: "ended with exit code 3". */
export type Problem = { kind: 'ended' | 'unhealthy'; container: ContainerSummary; cause: string };

/** Remembers how containers were, to see which have come to harm since. */
export class ProblemFinder {
  readonly #before = new Map<string, ContainerState>();

  /** The problems that are new since the last look. What is seen for the first time is none: it may be long ago. */
  look(containers: readonly ContainerSummary[]): Problem[] {
    const problems = containers.flatMap((container) => {
      const before = this.#before.get(container.id);
      return (before && problemOf(container, before)) ?? [];
    });
    this.#before.clear();
    for (const { id, state } of containers) this.#before.set(id, state);
    return problems;
  }
}

function problemOf(container: ContainerSummary, before: ContainerState): Problem | undefined {
  const cause = isActive(before) ? causeOf(container) : undefined;
  if (cause !== undefined) return { kind: 'ended', container, cause };
  if (!isUnhealthy(container.state) || isUnhealthy(before)) return undefined;
  return { kind: 'unhealthy', container, cause: t('does not pass its health check') };
}

function causeOf({ state, tty }: ContainerSummary): string | undefined {
  if (state.status !== 'exited' || state.stopped) return undefined;
  if (state.oomKilled) return t('was killed because it ran out of memory');
  // Who works in a terminal sees for himself how it ends, and often with a code that means nothing.
  if (tty) return undefined;
  return describeEnd(state);
}

function describeEnd({ signal, exitCode }: Extract<ContainerState, { status: 'exited' }>): string | undefined {
  if (signal !== 0) return t('was killed by {0}', signalName(signal));
  return exitCode === 0 ? undefined : t('ended with exit code {0}', exitCode);
}

function signalName(number: number): string {
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return name ?? t('signal {0}', number);
}

import { window, workspace, type Disposable } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { shorten } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { ProblemFinder, type Problem } from '../model/problems.ts';
import { plainMessage } from './plain-text.ts';

export type ProblemActions = {
  /** The last line of its log; empty when there is none. */
  lastLine: (container: ContainerSummary) => Promise<string>;
  showLogs: (container: ContainerSummary) => void;
  start: (container: ContainerSummary) => void;
  showContainers: () => void;
};

/** So many at once are told one by one; more are one message. */
const mostMessages = 3;

/** Tells of containers that have ended badly, with their last words and what can be done. */
export function announceProblems(containers: Containers, actions: ProblemActions): Disposable {
  const finder = new ProblemFinder();
  return containers.onChanged(() => {
    const problems = finder.look(containers.all);
    if (workspace.getConfiguration('skiff').get<boolean>('notifyProblems') === false) return;
    if (problems.length > mostMessages) void announceMany(problems, actions);
    else for (const problem of problems) void announce(problem, actions);
  });
}

async function announce({ container, cause }: Problem, actions: ProblemActions): Promise<void> {
  const words = shorten(await actions.lastLine(container).catch(() => ''), 200);
  const message = `${displayName(container)} ${cause}${words === '' ? '.' : `: ${words}`}`;
  const chosen = await window.showWarningMessage(plainMessage(message), 'Show Logs', 'Start Again');
  if (chosen === 'Show Logs') actions.showLogs(container);
  if (chosen === 'Start Again') actions.start(container);
}

async function announceMany(problems: readonly Problem[], actions: ProblemActions): Promise<void> {
  const names = problems.map(({ container }) => displayName(container)).join(', ');
  const message = `${problems.length} containers have failed: ${shorten(names, 200)}.`;
  const chosen = await window.showWarningMessage(plainMessage(message), 'Show Containers');
  if (chosen !== undefined) actions.showContainers();
}

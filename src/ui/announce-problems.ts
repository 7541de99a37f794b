import { window, workspace, type Disposable } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { shorten } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { t } from '../model/l10n.ts';
import { ProblemFinder, type Problem } from '../model/problems.ts';
import { plainMessage } from './plain-text.ts';

export type ProblemActions = {
  /** What it said last: lines of its log, or of its health check, those that say something. */
  lastLines: (problem: Problem) => Promise<readonly string[]>;
  restart: (container: ContainerSummary) => void;
  showLogs: (container: ContainerSummary) => void;
  openShell: (container: ContainerSummary) => void;
  showContainers: () => void;
};

/** So many at once are told one by one; more are one message. */
const mostMessages = 3;
const mostLines = 3;

/** Tells of containers that have come to harm, with their last words and what can be done. */
export function announceProblems(containers: Containers, actions: ProblemActions): Disposable {
  const finder = new ProblemFinder();
  return containers.onChanged(() => {
    const problems = finder.look(containers.all);
    if (workspace.getConfiguration('skiff').get<boolean>('notifyProblems') === false) return;
    if (problems.length > mostMessages) void announceMany(problems, actions);
    else for (const problem of problems) void announce(problem, actions);
  });
}

async function announce(problem: Problem, actions: ProblemActions): Promise<void> {
  const { container, cause } = problem;
  const lines = await actions.lastLines(problem).catch(() => []);
  // A message has one line; the last words are the most telling.
  const words = shorten(lines.slice(-mostLines).join(' ⏎ '), 300);
  const said = t('{0} {1}', displayName(container), cause);
  const [restart, logs, shell] = [t('Restart'), t('Show Logs'), t('Open Shell')];
  const message = plainMessage(words === '' ? `${said}.` : `${said}: ${words}`);
  const chosen = await window.showWarningMessage(message, restart, logs, shell);
  if (chosen === restart) actions.restart(container);
  if (chosen === logs) actions.showLogs(container);
  if (chosen === shell) actions.openShell(container);
}

async function announceMany(problems: readonly Problem[], actions: ProblemActions): Promise<void> {
  const names = problems.map(({ container }) => displayName(container)).join(', ');
  const message = t('{0} containers have failed: {1}.', problems.length, shorten(names, 200));
  const chosen = await window.showWarningMessage(plainMessage(message), t('Show Containers'));
  if (chosen !== undefined) actions.showContainers();
}

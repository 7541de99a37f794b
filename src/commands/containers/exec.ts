import { splitCommand } from '../../model/command-line.ts';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { openTerminal } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { askText } from '../../ui/ask-text.ts';

/** What was executed last in this workspace. */
const memoryKey = 'skiff.exec';

/** Runs a command beside PID 1 of running containers, each in a terminal of its own. */
export async function exec(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Execute Command in Container'),
    states: ['running'],
    none: t('No container is running.'),
  });
  const [first] = containers;
  if (!first) return;
  const subject = containers.length === 1 ? displayName(first) : t('{0} containers', containers.length);
  const line = await askText({
    title: t('Execute Command in {0}', subject),
    prompt: t('A program of the container and its arguments'),
    placeHolder: 'ls -l /',
    value: context.memory.get<string>(memoryKey) ?? '',
    validateInput: (typed) => commandProblem(typed),
  });
  const split = line === undefined ? undefined : splitCommand(line);
  if (line === undefined || !split || !('words' in split)) return;
  await context.memory.update(memoryKey, line);
  for (const container of containers) {
    openTerminal(context, t('execute a command in {0}', displayName(container)), (onFailure) =>
      context.terminals.command(container, split.words, onFailure),
    );
  }
}

function commandProblem(typed: string): string | undefined {
  const split = splitCommand(typed);
  if ('error' in split) return split.error;
  return split.words.length === 0 ? t('A command is needed here.') : undefined;
}

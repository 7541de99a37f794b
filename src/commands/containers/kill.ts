import { type QuickPickItem } from 'vscode';
import { displayName } from '../../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';
import { t } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';
import { askChoice } from '../../ui/ask-choice.ts';

const other = t('Other…');

/** What programs make of a signal: signal(7), and what servers commonly do. */
const signals: QuickPickItem[] = [
  { label: 'KILL', description: t('end at once; the process can’t refuse') },
  { label: 'TERM', description: t('ask to end, as Stop does first') },
  { label: 'INT', description: t('interrupt, as Ctrl-C does') },
  { label: 'HUP', description: t('often: read the configuration again') },
  { label: 'QUIT', description: t('end, often after what is under way, or with a dump') },
  { label: 'USR1', description: t('whatever the program makes of it') },
  { label: 'USR2', description: t('whatever the program makes of it') },
  { label: other, description: t('a name or a number') },
];

/** Sends a signal to PID 1. */
export async function kill(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Send a Signal to Container'),
    states: ['running', 'paused'],
    none: t('No container is running.'),
  });
  const [first] = containers;
  if (!first) return;
  const subject = containers.length === 1 ? displayName(first) : t('{0} containers', containers.length);
  const signal = await askSignal(t('Send a signal to {0}', subject));
  if (signal !== undefined)
    await eachContainer(
      context,
      containers,
      (name) => t('send {0} to {1}', signal, name),
      ({ id }) => context.client.killContainer({ id, signal }),
    );
}

async function askSignal(title: string): Promise<string | undefined> {
  const chosen = await askChoice(signals, { title, placeHolder: t('Signal'), matchOnDescription: true });
  if (chosen?.label !== other) return chosen?.label;
  const typed = await askText({
    title,
    prompt: t('A signal by its name or number, such as WINCH or 28'),
    validateInput: (value) =>
      /^(SIG)?[A-Z]+\d*([+-]\d+)?$|^\d{1,2}$/i.test(value.trim())
        ? undefined
        : t('Not the name or number of a signal.'),
  });
  return typed?.trim().toUpperCase();
}

import { window, type QuickPickItem } from 'vscode';
import { displayName } from '../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { eachContainer } from './each-container.ts';

const other = 'Other…';

/** What programs make of a signal: signal(7), and what servers commonly do. */
const signals: QuickPickItem[] = [
  { label: 'KILL', description: 'end at once; the process can’t refuse' },
  { label: 'TERM', description: 'ask to end, as Stop does first' },
  { label: 'INT', description: 'interrupt, as Ctrl-C does' },
  { label: 'HUP', description: 'often: read the configuration again' },
  { label: 'QUIT', description: 'end, often after what is under way, or with a dump' },
  { label: 'USR1', description: 'whatever the program makes of it' },
  { label: 'USR2', description: 'whatever the program makes of it' },
  { label: other, description: 'a name or a number' },
];

/** Sends a signal to PID 1. */
export async function kill(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Send a Signal to Container',
    states: ['running', 'paused'],
    none: 'No container is running.',
  });
  const [first] = containers;
  if (!first) return;
  const subject = containers.length === 1 ? displayName(first) : `${containers.length} containers`;
  const signal = await askSignal(`Send a signal to ${subject}`);
  if (signal !== undefined)
    await eachContainer(context, containers, `send ${signal} to`, ({ id }) =>
      context.client.killContainer({ id, signal }),
    );
}

async function askSignal(title: string): Promise<string | undefined> {
  const chosen = await window.showQuickPick(signals, { title, placeHolder: 'Signal', matchOnDescription: true });
  if (chosen?.label !== other) return chosen?.label;
  const typed = await window.showInputBox({
    title,
    prompt: 'A signal by its name or number, such as WINCH or 28',
    validateInput: (value) =>
      /^(SIG)?[A-Z]+\d*([+-]\d+)?$|^\d{1,2}$/i.test(value.trim()) ? undefined : 'Not the name or number of a signal.',
  });
  return typed?.trim().toUpperCase();
}

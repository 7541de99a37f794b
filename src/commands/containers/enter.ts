import { ThemeColor, ThemeIcon, window, type QuickPickItem } from 'vscode';
import { displayName } from '../../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askChoices } from '../../ui/ask-choice.ts';

type Choice = QuickPickItem & { flag: string };

const choices: readonly Choice[] = [
  { flag: '--net', label: t('Network'), description: t('its interfaces, addresses and ports'), picked: true },
  { flag: '--pid', label: t('Processes'), description: t('and it sees yours') },
  { flag: '--mount', label: t('Files'), description: t('its files instead of this machine’s') },
  { flag: '--uts', label: t('Host name') },
  { flag: '--ipc', label: 'IPC', description: t('System V IPC and POSIX message queues') },
  { flag: '--cgroup', label: t('Control group'), description: t('its limits, too') },
  { flag: '--user', label: t('Users'), description: t('where it has a user namespace of its own') },
];

/** A shell of this machine in chosen namespaces of a container: tcpdump, curl and strace where the image has none. */
export async function enter(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Enter Namespaces of Container'),
    states: ['running'],
    none: t('No container is running.'),
  });
  for (const container of containers) {
    const chosen = await askChoices(choices, {
      title: t('Enter Namespaces of {0}', displayName(container)),
      placeHolder: t('This machine’s shell, in these namespaces of the container'),
    });
    if (!chosen || chosen.length === 0) return;
    const words = chosen.map(({ label }) => label.toLowerCase()).join(', ');
    const terminal = window.createTerminal({
      name: `${displayName(container)}: ${words}`,
      shellPath: context.commandLine,
      shellArgs: ['enter', ...chosen.map(({ flag }) => flag), container.id],
      iconPath: new ThemeIcon('debug-disconnect'),
      color: new ThemeColor('terminal.ansiBlue'),
    });
    terminal.show();
  }
}

import { ThemeIcon, window, type QuickPickItem } from 'vscode';
import { displayName } from '../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

type Choice = QuickPickItem & { flag: string };

const choices: readonly Choice[] = [
  { flag: '--net', label: 'Network', description: 'its interfaces, addresses and ports', picked: true },
  { flag: '--pid', label: 'Processes', description: 'and it sees yours' },
  { flag: '--mount', label: 'Files', description: 'its files instead of this machine’s' },
  { flag: '--uts', label: 'Host name' },
  { flag: '--ipc', label: 'IPC', description: 'System V IPC and POSIX message queues' },
  { flag: '--cgroup', label: 'Control group', description: 'its limits, too' },
  { flag: '--user', label: 'Users', description: 'where it has a user namespace of its own' },
];

/** A shell of this machine in chosen namespaces of a container: tcpdump, curl and strace where the image has none. */
export async function enter(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Enter Namespaces of Container',
    states: ['running'],
    none: 'No container is running.',
  });
  for (const container of containers) {
    const chosen = await window.showQuickPick<Choice>(choices, {
      title: `Enter Namespaces of ${displayName(container)}`,
      placeHolder: 'A shell with this machine’s programs, in these namespaces of the container',
      canPickMany: true,
    });
    if (!chosen || chosen.length === 0) return;
    const words = chosen.map(({ label }) => label.toLowerCase()).join(', ');
    const terminal = window.createTerminal({
      name: `${displayName(container)}: ${words}`,
      shellPath: context.commandLine,
      shellArgs: ['enter', ...chosen.map(({ flag }) => flag), container.id],
      iconPath: new ThemeIcon('debug-disconnect'),
    });
    terminal.show();
  }
}

import { window } from 'vscode';
import { nameProblem } from '../model/container-names.ts';
import { displayName } from '../model/container-words.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

export async function rename(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [container] = await chosenContainers(context, args, {
    title: 'Rename Container',
    none: 'There is no container.',
  });
  if (!container) return;
  const name = await window.showInputBox({
    title: `Rename ${displayName(container)}`,
    prompt: 'New name',
    value: container.name,
    validateInput: (value) => nameProblem(value, context.containers.all, container.id),
  });
  if (name === undefined || name === container.name) return;
  await attempt(context, `rename ${displayName(container)}`, async () => {
    await context.client.renameContainer({ id: container.id, name });
  });
}

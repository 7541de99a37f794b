import { window } from 'vscode';
import { cleanLine } from '../model/clean-text.ts';
import { attempt } from './attempt.ts';
import { chosenNetworks } from './chosen-networks.ts';
import type { CommandContext } from './context.ts';

export async function removeNetwork(context: CommandContext, ...args: unknown[]): Promise<void> {
  const networks = await chosenNetworks(context, args, {
    title: 'Remove Network',
    fits: ({ predefined }) => !predefined,
    none: 'There is no network of your own.',
  });
  const names = networks.map(({ name }) => cleanLine(name)).join(', ');
  if (networks.length === 0) return;
  const answer = await window.showWarningMessage(
    networks.length === 1 ? `Remove network ${names}?` : `Remove ${networks.length} networks?`,
    { modal: true, detail: networks.length === 1 ? 'It can only be removed when no container runs on it.' : names },
    'Remove',
  );
  if (answer !== 'Remove') return;
  for (const { name } of networks) {
    await attempt(context, `remove network ${cleanLine(name)}`, async () => {
      await context.client.removeNetwork({ network: name });
    });
  }
}

export async function pruneNetworks(context: CommandContext): Promise<void> {
  const answer = await window.showWarningMessage(
    'Remove all networks that no container is connected to?',
    { modal: true },
    'Remove',
  );
  if (answer !== 'Remove') return;
  await attempt(context, 'prune networks', async () => {
    const { removed } = await context.client.pruneNetworks();
    const what =
      removed.length === 0 ? 'There was nothing to remove.' : `Removed ${removed.map(cleanLine).join(', ')}.`;
    void window.showInformationMessage(what);
  });
}

import { window } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { attempt } from '../attempt.ts';
import { chosenNetworks } from './chosen-networks.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

export async function removeNetwork(context: CommandContext, ...args: unknown[]): Promise<void> {
  const networks = await chosenNetworks(context, args, {
    title: t('Remove Network'),
    fits: ({ predefined }) => !predefined,
    none: t('There is no network of your own.'),
  });
  const names = networks.map(({ name }) => cleanLine(name)).join(', ');
  if (networks.length === 0) return;
  const answer = await window.showWarningMessage(
    networks.length === 1 ? t('Remove network {0}?', names) : t('Remove {0} networks?', networks.length),
    { modal: true, detail: networks.length === 1 ? t('It can only be removed when no container runs on it.') : names },
    t('Remove'),
  );
  if (answer !== t('Remove')) return;
  for (const { name } of networks) {
    await attempt(context, t('remove network {0}', cleanLine(name)), async () => {
      await context.client.removeNetwork({ network: name });
    });
  }
}

export async function pruneNetworks(context: CommandContext): Promise<void> {
  const answer = await window.showWarningMessage(
    t('Remove all networks that no container is connected to?'),
    { modal: true },
    t('Remove'),
  );
  if (answer !== t('Remove')) return;
  await attempt(context, t('prune networks'), async () => {
    const { removed } = await context.client.pruneNetworks();
    const what =
      removed.length === 0 ? t('There was nothing to remove.') : t('Removed {0}.', removed.map(cleanLine).join(', '));
    void window.showInformationMessage(what);
  });
}

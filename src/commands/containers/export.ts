import { Uri, window } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { askFolder } from '../../ui/ask-folder.ts';
import { fileSuggestion } from '../../ui/file-suggestion.ts';
import { transfer } from '../../ui/transfer.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';

/** Writes the files of containers to tar archives: one to the file that is chosen, several into a folder. */
export async function exportContainers(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Export Container'),
    none: t('There is no container.'),
  });
  const [first] = containers;
  if (!first) return;
  const targets = containers.length === 1 ? await askFile(first) : await askTargets(containers);
  for (const [container, target] of targets) {
    const name = displayName(container);
    await attempt(context, t('export {0}', name), async () => {
      await transfer(context.client, t('Exporting {0}', name), (progress, token) =>
        context.client.exportContainer({ id: container.id, path: target.fsPath, progress }, token),
      );
      void window.showInformationMessage(t('Exported {0} to {1}.', name, target.fsPath));
    });
  }
}

type Targets = (readonly [ContainerSummary, Uri])[];

async function askFile(container: ContainerSummary): Promise<Targets> {
  const target = await window.showSaveDialog({
    title: t('Export {0}', displayName(container)),
    saveLabel: t('Export'),
    defaultUri: fileSuggestion(`${displayName(container)}.tar`),
    filters: { [t('Tar archives')]: ['tar'] },
  });
  return target ? [[container, target]] : [];
}

async function askTargets(containers: readonly ContainerSummary[]): Promise<Targets> {
  const folder = await askFolder({
    title: t('Export {0} containers', containers.length),
    openLabel: t('Export'),
    defaultUri: fileSuggestion(''),
  });
  return folder ? containers.map((one) => [one, Uri.joinPath(folder, `${displayName(one)}.tar`)] as const) : [];
}

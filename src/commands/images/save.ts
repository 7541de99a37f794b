import { window } from 'vscode';
import { displayReference } from '../../model/image-words.ts';
import { fileSuggestion } from '../../ui/file-suggestion.ts';
import { transfer } from '../../ui/transfer.ts';
import { attempt } from '../attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Writes images to one archive, which docker and podman load, too. */
export async function saveImages(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, t('Save to File'));
  const [first] = images;
  if (!first) return;
  const what = images.length === 1 ? displayReference(first) : t('{0} images', images.length);
  const target = await window.showSaveDialog({
    title: t('Save {0}', what),
    saveLabel: t('Save'),
    defaultUri: fileSuggestion(`${displayReference(first)}.tar`),
    filters: { [t('Tar archives')]: ['tar'] },
  });
  if (!target) return;
  await attempt(context, t('save {0}', what), async () => {
    const references = images.map(({ reference }) => reference);
    await transfer(context.client, t('Saving {0}', what), (progress, token) =>
      context.client.saveImages({ references, path: target.fsPath, progress }, token),
    );
    void window.showInformationMessage(t('Saved {0}.', what));
  });
}

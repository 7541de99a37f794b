import { commands, window } from 'vscode';
import { plainFileName } from '../../model/file-words.ts';
import { displayReference } from '../../model/image-words.ts';
import type { ImageNode } from '../../model/nodes.ts';
import { describeSize } from '../../model/sizes.ts';
import { historyReport } from '../../ui/history-report.ts';
import { showJson } from '../../ui/show-json.ts';
import { withViewProgress } from '../../ui/view-progress.ts';
import { attempt } from '../attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Shows what is known of images. */
export async function inspectImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, t('Inspect Image'));
  for (const image of images) {
    await attempt(context, t('inspect {0}', displayReference(image)), async () => {
      const { document } = await context.client.inspectImage({ reference: image.reference });
      await showJson(context.documents, displayReference(image), document, { preview: images.length === 1 });
    });
  }
}

/** How images were made, a page for each. */
export async function imageHistory(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const image of await chosenImages(context, args, t('History of Image'))) await showHistory(context, image);
}

async function showHistory(context: CommandContext, image: ImageNode): Promise<void> {
  await attempt(context, t('read the history of {0}', displayReference(image)), async () => {
    const { steps } = await context.client.imageHistory({ reference: image.reference });
    const name = displayReference(image);
    const uri = context.documents.put(
      t('History of {0}.md', plainFileName(name)),
      historyReport(name, steps, Date.now()),
    );
    await commands.executeCommand('markdown.showPreview', uri);
  });
}

/** Removes what no tag and no container needs. */
export async function pruneImages(context: CommandContext): Promise<void> {
  const unnamed = t('Remove Unnamed');
  const unused = t('Remove All Unused');
  const chosen = await window.showWarningMessage(
    t('Remove images that no container was made of?'),
    { modal: true, detail: t('Unnamed ones only, such as an update leaves behind; or also those with a name.') },
    unnamed,
    unused,
  );
  if (chosen === undefined) return;
  await attempt(context, t('prune images'), () =>
    withViewProgress(async () => {
      const { deleted, reclaimedBytes } = await context.client.pruneImages({ all: chosen === unused });
      const what =
        deleted.length === 0
          ? t('There was nothing to remove.')
          : t('{0} are free again.', describeSize(reclaimedBytes));
      void window.showInformationMessage(what);
    }),
  );
}

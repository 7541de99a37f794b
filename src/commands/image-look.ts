import { commands, window, workspace } from 'vscode';
import { displayReference } from '../model/image-words.ts';
import { describeSize } from '../model/sizes.ts';
import { historyReport } from '../ui/history-report.ts';
import { withViewProgress } from '../ui/view-progress.ts';
import { attempt } from './attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from './context.ts';

/** What is known of an image, as a read-only JSON document. */
export async function inspectImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const image of await chosenImages(context, args, 'Inspect Image')) {
    await attempt(context, `inspect ${displayReference(image)}`, async () => {
      const { document } = await context.client.inspectImage({ reference: image.reference });
      const uri = context.documents.put(
        `${fileName(displayReference(image))}.json`,
        `${JSON.stringify(document, undefined, 2)}\n`,
      );
      await window.showTextDocument(await workspace.openTextDocument(uri));
    });
  }
}

/** How an image was made, as a page. */
export async function imageHistory(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [image] = await chosenImages(context, args, 'History of Image');
  if (!image) return;
  await attempt(context, `read the history of ${displayReference(image)}`, async () => {
    const { steps } = await context.client.imageHistory({ reference: image.reference });
    const name = displayReference(image);
    const uri = context.documents.put(`History of ${fileName(name)}.md`, historyReport(name, steps, Date.now()));
    await commands.executeCommand('markdown.showPreview', uri);
  });
}

/** Removes what no tag and no container needs. */
export async function pruneImages(context: CommandContext): Promise<void> {
  const unnamed = 'Remove Unnamed';
  const unused = 'Remove All Unused';
  const chosen = await window.showWarningMessage(
    'Remove images that no container was made of?',
    { modal: true, detail: 'Unnamed ones only, such as an update leaves behind; or also those with a name.' },
    unnamed,
    unused,
  );
  if (chosen === undefined) return;
  await attempt(context, 'prune images', () =>
    withViewProgress(async () => {
      const { deleted, reclaimedBytes } = await context.client.pruneImages({ all: chosen === unused });
      const what =
        deleted.length === 0 ? 'There was nothing to remove.' : `${describeSize(reclaimedBytes)} are free again.`;
      void window.showInformationMessage(what);
    }),
  );
}

const fileName = (text: string): string => text.replaceAll(/[^\w.-]+/g, '_');

import { window, type QuickPickItem } from 'vscode';
import { displayReference } from '../../model/image-words.ts';
import { groupImages } from '../../model/images.ts';
import { isImageNode, type ImageNode } from '../../model/nodes.ts';
import { describeSize } from '../../model/sizes.ts';
import { plainLabel } from '../../ui/plain-text.ts';
import { attempt } from '../attempt.ts';
import { chosenRows } from '../chosen-rows.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askChoice } from '../../ui/ask-choice.ts';

/** The images a command is for: the selected rows, or the one that is picked from a list. `title` names the command. */
export async function chosenImages(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
): Promise<ImageNode[]> {
  const nodes = chosenRows(args, isImageNode);
  if (!nodes || nodes.length > 0) return nodes ?? [];
  let picked: ImageNode | undefined;
  await attempt(context, t('list images'), async () => {
    const { images } = await context.client.listImages();
    const { repositories, unnamed } = groupImages(images);
    const items = [...repositories.flatMap((one) => one.images), ...unnamed].map(
      (node): QuickPickItem & { node: ImageNode } => ({
        label: plainLabel(displayReference(node)),
        description: describeSize(images.find(({ id }) => id === node.id)?.size ?? 0),
        node,
      }),
    );
    if (items.length === 0) void window.showInformationMessage(t('There is no image.'));
    else picked = (await askChoice(items, { title, placeHolder: t('Choose an image') }))?.node;
  });
  return picked ? [picked] : [];
}

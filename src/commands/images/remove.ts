import { window } from 'vscode';
import { displayName } from '../../model/container-words.ts';
import { displayReference } from '../../model/image-words.ts';
import type { ImageNode } from '../../model/nodes.ts';
import { attempt } from '../attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

export async function removeImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, t('Remove Image'));
  if (images.length === 0 || !(await confirmed(context, images))) return;
  // One after the other: the second name of an image is its last one only when the first is gone.
  for (const image of images) {
    await attempt(context, t('remove image {0}', displayReference(image)), async () => {
      await context.client.removeImage({ reference: image.reference });
    });
  }
}

async function confirmed(context: CommandContext, images: readonly ImageNode[]): Promise<boolean> {
  const [first] = images;
  const subject =
    images.length === 1 && first ? t('image {0}', displayReference(first)) : t('{0} images', images.length);
  const users = context.containers.all.filter(({ imageId }) => images.some(({ id }) => id === imageId));
  const detail = [
    t('An image that has other names keeps them; with its last name its layers go, unless other images need them.'),
    ...(users.length > 0
      ? [t('Containers made of it: {0}. Remove them first.', users.map(displayName).join(', '))]
      : []),
    ...(images.length > 1 ? [images.map(displayReference).join(', ')] : []),
  ];
  const answer = await window.showWarningMessage(
    t('Remove {0}?', subject),
    { modal: true, detail: detail.join('\n') },
    t('Remove'),
  );
  return answer === t('Remove');
}

import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { runImage } from '../containers/run.ts';
import { t } from '../../model/l10n.ts';

export async function runFromImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [image] = await chosenImages(context, args, t('Run Image'));
  if (image) await runImage(context, image.reference);
}

import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from './context.ts';
import { runImage } from './run.ts';

export async function runFromImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [image] = await chosenImages(context, args, 'Run Image');
  if (image) await runImage(context, image.reference);
}

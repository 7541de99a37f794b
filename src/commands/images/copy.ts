import { env } from 'vscode';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** References, one a line; of an image without a name its id. */
export async function copyReference(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, t('Copy Name of Image'));
  if (images.length > 0) await env.clipboard.writeText(images.map(({ reference }) => reference).join('\n'));
}

/** Full ids, one a line, each once. */
export async function copyImageId(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, t('Copy ID of Image'));
  if (images.length > 0) await env.clipboard.writeText([...new Set(images.map(({ id }) => id))].join('\n'));
}

import { window } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { displayReference, referenceProblem } from '../../model/image-words.ts';
import { rowsOf } from '../../model/chosen-rows.ts';
import { isImageNode, type ImageNode } from '../../model/nodes.ts';
import { pickRemote } from '../../ui/pick-image.ts';
import { transfer } from '../../ui/transfer.ts';
import { attempt } from '../attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from '../context.ts';
import { recentPulls, rememberPull } from './pull-memory.ts';
import { withLogin } from '../registry-login.ts';
import { t } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';

/** Asks for a reference, and brings the image. Several rows are brought anew without a question. */
export async function pullImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  // The view's title hands over the row that has the focus, or nothing.
  const rows = rowsOf(args, isImageNode);
  const [chosen, ...others] = rows === 'lost' ? [] : rows;
  if (chosen && others.length > 0) {
    for (const { reference } of [chosen, ...others]) await pullNamed(context, reference);
    return;
  }
  let reference: string | undefined;
  await attempt(context, t('list images'), async () => {
    const { images } = await context.client.listImages();
    reference = await pickRemote(t('Pull Image'), images, recentPulls(context.memory), chosen?.reference ?? '');
  });
  if (reference !== undefined) await pullNamed(context, reference);
}

async function pullNamed(context: CommandContext, reference: string): Promise<void> {
  await attempt(context, t('pull {0}', cleanLine(reference)), async () => {
    await pull(context, reference);
    await rememberPull(context.memory, reference);
  });
}

export async function pull(context: CommandContext, reference: string): Promise<void> {
  await withLogin(context, reference, async (use) => {
    await transfer(context.client, t('Pulling {0}', cleanLine(reference)), (progress, token) =>
      context.client.pullImage({ ...use, reference, progress }, token),
    );
  });
}

export async function pushImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const image of await chosenImages(context, args, t('Push Image'))) {
    await attempt(context, t('push {0}', displayReference(image)), async () => {
      const { reference } = image;
      await withLogin(context, reference, async (use) => {
        await transfer(context.client, t('Pushing {0}', displayReference(image)), (progress, token) =>
          context.client.pushImage({ ...use, reference, progress }, token),
        );
        void window.showInformationMessage(t('Pushed {0}.', displayReference(image)));
      });
    });
  }
}

/** Gives images another name each. */
export async function tagImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const image of await chosenImages(context, args, t('Tag Image'))) if (!(await tagOne(context, image))) return;
}

/** False: it was given up. */
async function tagOne(context: CommandContext, image: ImageNode): Promise<boolean> {
  const target = await askText({
    title: t('Tag {0}', displayReference(image)),
    prompt: t('Another name for the same image, such as `localhost:5000/mine:1`'),
    value: image.reference === image.id ? '' : image.reference,
    validateInput: referenceProblem,
  });
  if (target === undefined) return false;
  await attempt(context, t('tag {0}', displayReference(image)), async () => {
    await context.client.tagImage({ source: image.reference, target: target.trim() });
  });
  return true;
}

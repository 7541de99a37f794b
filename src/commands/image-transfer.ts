import { window } from 'vscode';
import { cleanLine } from '../model/clean-text.ts';
import { displayReference } from '../model/image-words.ts';
import { isImageNode } from '../model/nodes.ts';
import { transfer } from '../ui/transfer.ts';
import { attempt } from './attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from './context.ts';
import { withLogin } from './registry-login.ts';

/** Asks for a reference, and brings the image. */
export async function pullImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [chosen] = args.filter(isImageNode);
  const reference = await window.showInputBox({
    title: 'Pull Image',
    prompt: 'Reference of the image, such as `alpine`, `ghcr.io/owner/name:tag` or `name@sha256:…`',
    value: chosen?.reference ?? '',
    validateInput: (value) => (/^\S+$/.test(value.trim()) ? undefined : 'A reference is one word.'),
  });
  if (reference === undefined) return;
  await attempt(context, `pull ${cleanLine(reference)}`, async () => {
    await pull(context, reference.trim());
  });
}

export async function pull(context: CommandContext, reference: string): Promise<void> {
  await withLogin(context, reference, async (use) => {
    await transfer(context.client, `Pulling ${cleanLine(reference)}`, (progress, token) =>
      context.client.pullImage({ ...use, reference, progress }, token),
    );
  });
}

export async function pushImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const image of await chosenImages(context, args, 'Push Image')) {
    await attempt(context, `push ${displayReference(image)}`, async () => {
      const { reference } = image;
      await withLogin(context, reference, async (use) => {
        await transfer(context.client, `Pushing ${displayReference(image)}`, (progress, token) =>
          context.client.pushImage({ ...use, reference, progress }, token),
        );
        void window.showInformationMessage(`Pushed ${displayReference(image)}.`);
      });
    });
  }
}

/** Gives an image another name. */
export async function tagImage(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [image] = await chosenImages(context, args, 'Tag Image');
  if (!image) return;
  const target = await window.showInputBox({
    title: `Tag ${displayReference(image)}`,
    prompt: 'Another name for the same image, such as `localhost:5000/mine:1`',
    value: image.reference === image.id ? '' : image.reference,
    validateInput: (value) => (/^\S+$/.test(value.trim()) ? undefined : 'A reference is one word.'),
  });
  if (target === undefined) return;
  await attempt(context, `tag ${displayReference(image)}`, async () => {
    await context.client.tagImage({ source: image.reference, target: target.trim() });
  });
}

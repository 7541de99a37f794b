import { displayName } from '../model/container-words.ts';
import { formLike, type ImageDocument } from '../model/run-again.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { askAndRun } from './run.ts';

/** The form of a new container, filled in as an existing one was made. */
export async function runAgain(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [container] = await chosenContainers(context, args, {
    title: 'Run Again with Changes',
    none: 'There is no container.',
  });
  if (!container) return;
  const { id, image, imageId } = container;
  await attempt(context, `run another ${displayName(container)}`, async () => {
    const { document } = await context.client.inspectContainer({ id });
    await askAndRun(context, formLike(image, document, await imageDocument(context, imageId)));
  });
}

/** The machine itself brings nothing; an image that was removed brings nothing that is known. */
async function imageDocument({ client, log }: CommandContext, imageId: string): Promise<ImageDocument> {
  if (imageId === 'host') return {};
  try {
    return (await client.inspectImage({ reference: imageId })).document;
  } catch (error) {
    log.warn(`image ${imageId}: ${String(error)}`);
    return {};
  }
}

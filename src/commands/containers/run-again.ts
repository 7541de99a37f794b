import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { formLike, type ImageDocument } from '../../model/run-again.ts';
import { t } from '../../model/l10n.ts';
import type { RunForm } from '../../model/run-form.ts';
import { attempt, openTerminal } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { openShell } from './open-shell.ts';
import { askAndRun } from './run.ts';

/** The form of a new container, filled in as an existing one was made. */
export async function runAgain(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Run Again with Changes'),
    none: t('There is no container.'),
  });
  for (const container of containers) {
    await attempt(context, t('run another {0}', displayName(container)), async () => {
      await askAndRun(context, await formOf(context, container));
    });
  }
}

/** A shell in it while it runs. */
export function openShellOf(context: CommandContext, container: ContainerSummary): Promise<void> {
  const isRunning = context.containers.get(container.id)?.state.status === 'running';
  return isRunning ? openShell(context, { kind: 'container', id: container.id }) : openShellLike(context, container);
}

/** A shell where a container has ended: in a throw-away one that is made like it. */
async function openShellLike(context: CommandContext, container: ContainerSummary): Promise<void> {
  const what = t('open a shell in {0}', displayName(container));
  await attempt(context, what, async () => {
    const { options } = await formOf(context, container);
    const { publish: _ports, restart: _restart, ...like } = options;
    const run = { ...like, entrypoint: '/bin/sh', command: [], tty: true, interactive: true, autoRemove: true };
    openTerminal(context, what, (onFailure) => context.terminals.run(run, onFailure));
  });
}

async function formOf(context: CommandContext, { id, image, imageId }: ContainerSummary): Promise<RunForm> {
  const { document } = await context.client.inspectContainer({ id });
  return formLike(image, document, await imageDocument(context, imageId));
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

import { ConfigurationTarget, window, workspace } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';

type Deaf = { container: ContainerSummary; seconds: number };

/**
 * Stops or restarts containers. Those that can't get the stop signal are killed at once where that is set; else the grace is
 * waited for, and meanwhile a person may have it shorter.
 */
export async function endContainers(
  context: CommandContext,
  containers: readonly ContainerSummary[],
  what: (name: string) => string,
  end: (params: { id: string; timeoutSeconds?: number }) => Promise<unknown>,
): Promise<void> {
  const deaf = await deafAmong(context, containers);
  const isAtOnce = workspace.getConfiguration('skiff').get<boolean>('stop.killWhenSignalIgnored') === true;
  const killed = new Set(isAtOnce ? deaf.map(({ container }) => container.id) : []);
  const ended = new Set<string>();
  const ending = eachContainer(context, containers, what, async ({ id }) => {
    await end(killed.has(id) ? { id, timeoutSeconds: 0 } : { id });
    ended.add(id);
  });
  if (deaf.length > 0 && !isAtOnce)
    offerToKill(context, deaf, ended).catch((error: unknown) => context.log.warn(String(error)));
  await ending;
}

async function deafAmong({ client, log }: CommandContext, containers: readonly ContainerSummary[]): Promise<Deaf[]> {
  const outlook = async (container: ContainerSummary): Promise<Deaf[]> => {
    const { vainSeconds } = await client.stopOutlook({ id: container.id });
    return vainSeconds === undefined ? [] : [{ container, seconds: vainSeconds }];
  };
  // What is wrong with one is told by stopping it.
  const failed = (error: unknown): Deaf[] => {
    log.debug(`outlook of a stop: ${String(error)}`);
    return [];
  };
  return (await Promise.all(containers.map((container) => outlook(container).catch(failed)))).flat();
}

async function offerToKill(context: CommandContext, deaf: readonly Deaf[], ended: ReadonlySet<string>): Promise<void> {
  const [killNow, always] = [t('Kill Now'), t('Always Kill at Once')];
  const choice = await window.showInformationMessage(words(deaf), killNow, always);
  if (choice === always)
    await workspace.getConfiguration('skiff').update('stop.killWhenSignalIgnored', true, ConfigurationTarget.Global);
  if (choice === undefined) return;
  const left = deaf.filter(({ container }) => !ended.has(container.id));
  await Promise.all(
    left.map(({ container }) =>
      attempt(context, t('kill {0}', displayName(container)), async () => {
        await context.client.killContainer({ id: container.id, signal: 'KILL' }).catch((error: unknown) => {
          // It has ended in this moment.
          if (!ended.has(container.id)) throw error;
        });
      }),
    ),
  );
}

function words(deaf: readonly Deaf[]): string {
  const [first] = deaf;
  const subject = deaf.length === 1 && first ? displayName(first.container) : t('{0} containers', deaf.length);
  const seconds = Math.max(...deaf.map((one) => one.seconds));
  if (deaf.some((one) => one.seconds < 0))
    return t('The stop signal can’t reach {0}: no handler in the first process. Only killing ends it.', subject);
  return t(
    'The stop signal can’t reach {0}: no handler in the first process. It will be killed in {1} s.',
    subject,
    seconds,
  );
}

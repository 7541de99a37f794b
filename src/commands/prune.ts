import { window, type QuickPickItem } from 'vscode';
import { cleanLine, shorten } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import { t } from '../model/l10n.ts';
import { describeSize } from '../model/sizes.ts';
import { unusedOf, type Unused } from '../model/unused.ts';
import { askChoices } from '../ui/ask-choice.ts';
import { plainLabel } from '../ui/plain-text.ts';
import { withViewProgress } from '../ui/view-progress.ts';
import { attempt } from './attempt.ts';
import { eachContainer } from './containers/each-container.ts';
import type { CommandContext } from './context.ts';

type Kind = 'containers' | 'networks' | 'unnamedImages' | 'allImages' | 'volumes';
type Offer = QuickPickItem & { what: Kind };

/** As `system prune`, of the kinds that are chosen. Containers and volumes are those that were there to be read of: others may be dear to somebody. */
export async function pruneUnused(context: CommandContext): Promise<void> {
  let unused: Unused | undefined;
  await attempt(context, t('find what is unused'), async () => {
    unused = await findUnused(context);
  });
  if (!unused) return;
  const chosen = await askChoices(offers(unused), {
    title: t('Prune Everything Unused'),
    placeHolder: t('What is chosen is removed for good'),
  });
  if (chosen && chosen.length > 0 && (await isMeant(chosen)))
    await prune(context, unused, new Set(chosen.map(({ what }) => what)));
}

async function isMeant(chosen: readonly Offer[]): Promise<boolean> {
  const detail = chosen.map(({ label, detail: names }) => (names ? `${label}: ${names}` : label)).join('\n');
  const answer = await window.showWarningMessage(t('Remove what nothing uses?'), { modal: true, detail }, t('Remove'));
  return answer === t('Remove');
}

async function findUnused({ client, containers, containersListed }: CommandContext): Promise<Unused> {
  const [{ networks }, { images }, { volumes }] = await Promise.all([
    client.listNetworks(),
    client.listImages(),
    client.listVolumes(),
    containersListed(),
  ]);
  return unusedOf({ containers: containers.all, networks, images, volumes });
}

/** What holds data of somebody's is not chosen beforehand. */
function offers({ containers, networks, unnamedImages, volumes }: Unused): Offer[] {
  const ids = unnamedImages.map(({ id }) => id.replace(/^sha256:/, '').slice(0, 12));
  return [
    ...offer('containers', t('Stopped Containers'), containers.map(displayName), true),
    ...offer('networks', t('Networks Without Containers'), networks.map(nameOf), true),
    ...offer('unnamedImages', t('Unnamed Images'), ids, true),
    { what: 'allImages', label: t('All Images That No Container Was Made Of') },
    ...offer('volumes', t('Volumes That No Container Has, With Their Files'), volumes.map(nameOf), false),
  ];
}

const nameOf = ({ name }: { name: string }): string => cleanLine(name);

function offer(what: Kind, label: string, names: readonly string[], picked: boolean): Offer[] {
  if (names.length === 0) return [];
  const detail = plainLabel(shorten(names.join(', '), 200));
  return [{ what, label, picked, description: String(names.length), detail }];
}

async function prune(context: CommandContext, unused: Unused, kinds: ReadonlySet<Kind>): Promise<void> {
  const { client } = context;
  const removed = { containers: 0, networks: 0, volumes: 0, bytes: 0 };
  // Containers first: networks and images may be theirs alone.
  if (kinds.has('containers'))
    await eachContainer(
      context,
      unused.containers,
      (name) => t('remove {0}', name),
      async ({ id }) => {
        await client.removeContainer({ id, force: false });
        removed.containers += 1;
      },
    );
  await withViewProgress(async () => {
    if (kinds.has('networks'))
      await attempt(context, t('prune networks'), async () => {
        removed.networks = (await client.pruneNetworks()).removed.length;
      });
    if (kinds.has('unnamedImages') || kinds.has('allImages'))
      await attempt(context, t('prune images'), async () => {
        removed.bytes = (await client.pruneImages({ all: kinds.has('allImages') })).reclaimedBytes;
      });
    if (kinds.has('volumes'))
      for (const { name } of unused.volumes)
        await attempt(context, t('remove volume {0}', cleanLine(name)), async () => {
          await client.removeVolume({ name });
          removed.volumes += 1;
        });
  });
  void window.showInformationMessage(result(removed));
}

function result({
  containers,
  networks,
  volumes,
  bytes,
}: Record<'containers' | 'networks' | 'volumes' | 'bytes', number>): string {
  const removed = [
    ...(containers > 0 ? [t('containers: {0}', containers)] : []),
    ...(networks > 0 ? [t('networks: {0}', networks)] : []),
    ...(volumes > 0 ? [t('volumes: {0}', volumes)] : []),
  ];
  const sentences = [
    ...(removed.length > 0 ? [t('Removed {0}.', removed.join(', '))] : []),
    ...(bytes > 0 ? [t('{0} are free again.', describeSize(bytes))] : []),
  ];
  return sentences.join(' ') || t('There was nothing to remove.');
}

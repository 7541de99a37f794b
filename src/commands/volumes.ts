import { env, window, type QuickPickItem } from 'vscode';
import type { VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { isVolumeNode } from '../model/nodes.ts';
import { plainLabel } from '../ui/plain-text.ts';
import { showJson } from '../ui/show-json.ts';
import { attempt } from './attempt.ts';
import { chosenRows } from './chosen-rows.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';
import { askText } from '../ui/ask-text.ts';
import { askChoice } from '../ui/ask-choice.ts';

export async function createVolume(context: CommandContext): Promise<void> {
  const name = await askText({
    title: t('Create Volume'),
    prompt: t('Name of the volume; containers mount it as NAME:/PATH'),
    validateInput: (value) =>
      value === '' || /^[a-zA-Z0-9][\w.-]+$/.test(value)
        ? undefined
        : t(
            'A name has at least two letters, digits, underscores, dots and dashes, and begins with a letter or digit.',
          ),
  });
  if (!name) return;
  await attempt(context, t('create volume {0}', name), async () => void (await context.client.createVolume({ name })));
}

export async function removeVolume(context: CommandContext, ...args: unknown[]): Promise<void> {
  const volumes = await chosenVolumes(context, args, t('Remove Volume'), ({ users }) => users.length === 0);
  if (volumes.length === 0) return;
  const names = volumes.map(({ name }) => cleanLine(name)).join(', ');
  const subject = volumes.length === 1 ? t('volume {0}', names) : t('{0} volumes', volumes.length);
  if (!(await confirmed(t('Remove {0}?', subject), t('Its files are deleted for good. {0}', names)))) return;
  for (const { name } of volumes) {
    await attempt(context, t('remove volume {0}', cleanLine(name)), async () => {
      await context.client.removeVolume({ name });
    });
  }
}

/** As `volume prune --all`: what a person sees as unused goes. */
export async function pruneVolumes(context: CommandContext): Promise<void> {
  await attempt(context, t('prune volumes'), async () => {
    const unused = (await context.client.listVolumes()).volumes.filter(({ users }) => users.length === 0);
    if (unused.length === 0) {
      void window.showInformationMessage(t('No volume is unused.'));
      return;
    }
    const names = unused.map(({ name }) => cleanLine(name)).join(', ');
    if (
      !(await confirmed(
        t('Remove all volumes that no container has?'),
        t('Their files are deleted for good: {0}', names),
      ))
    )
      return;
    const { removed } = await context.client.pruneVolumes({ all: true });
    void window.showInformationMessage(
      removed.length === 1 ? t('Removed 1 volume.') : t('Removed {0} volumes.', removed.length),
    );
  });
}

export async function inspectVolume(context: CommandContext, ...args: unknown[]): Promise<void> {
  const volumes = await chosenVolumes(context, args, t('Inspect Volume'));
  for (const { name } of volumes) {
    await attempt(context, t('inspect volume {0}', cleanLine(name)), async () => {
      const { document } = await context.client.inspectVolume({ name });
      await showJson(context.documents, `volume_${name}`, document, { preview: volumes.length === 1 });
    });
  }
}

export async function copyVolumeName(context: CommandContext, ...args: unknown[]): Promise<void> {
  const volumes = await chosenVolumes(context, args, t('Copy Name of Volume'));
  if (volumes.length > 0) await env.clipboard.writeText(volumes.map(({ name }) => name).join('\n'));
}

/** The selected rows, whatever else holds for them: the helper says why not. Else one that fits, picked from a list. */
async function chosenVolumes(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
  fits: (volume: VolumeSummary) => boolean = () => true,
): Promise<VolumeSummary[]> {
  const nodes = chosenRows(args, isVolumeNode);
  if (!nodes) return [];
  let chosen: VolumeSummary[] = [];
  await attempt(context, t('list volumes'), async () => {
    const { volumes } = await context.client.listVolumes();
    const fitting = volumes.filter(fits);
    if (nodes.length > 0) chosen = volumes.filter(({ name }) => nodes.some((node) => node.name === name));
    else if (fitting.length === 0) void window.showInformationMessage(t('There is no such volume.'));
    else chosen = await pick(fitting, title);
  });
  return chosen;
}

async function pick(volumes: readonly VolumeSummary[], title: string): Promise<VolumeSummary[]> {
  const items = volumes.map((volume): QuickPickItem & { volume: VolumeSummary } => ({
    label: plainLabel(volume.name),
    description: volume.users.length > 0 ? t('in use') : t('unused'),
    volume,
  }));
  const chosen = await askChoice(items, { title, placeHolder: t('Choose a volume') });
  return chosen ? [chosen.volume] : [];
}

async function confirmed(question: string, detail: string): Promise<boolean> {
  return (await window.showWarningMessage(question, { modal: true, detail }, t('Remove'))) === t('Remove');
}

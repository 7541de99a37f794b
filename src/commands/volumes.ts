import { env, window, workspace, type QuickPickItem } from 'vscode';
import type { VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { isVolumeNode } from '../model/nodes.ts';
import { plainLabel } from '../ui/plain-text.ts';
import { attempt } from './attempt.ts';
import type { CommandContext } from './context.ts';

export async function createVolume(context: CommandContext): Promise<void> {
  const name = await window.showInputBox({
    title: 'Create Volume',
    prompt: 'Name of the volume; containers mount it as NAME:/PATH',
    validateInput: (value) =>
      value === '' || /^[a-zA-Z0-9][\w.-]+$/.test(value)
        ? undefined
        : 'A name has at least two letters, digits, underscores, dots and dashes, and begins with a letter or digit.',
  });
  if (!name) return;
  await attempt(context, `create volume ${name}`, async () => void (await context.client.createVolume({ name })));
}

export async function removeVolume(context: CommandContext, ...args: unknown[]): Promise<void> {
  const volumes = await chosenVolumes(context, args, 'Remove Volume', ({ users }) => users.length === 0);
  if (volumes.length === 0) return;
  const names = volumes.map(({ name }) => cleanLine(name)).join(', ');
  const subject = volumes.length === 1 ? `volume ${names}` : `${volumes.length} volumes`;
  if (!(await confirmed(`Remove ${subject}?`, `Its files are deleted for good. ${names}`))) return;
  for (const { name } of volumes) {
    await attempt(context, `remove volume ${cleanLine(name)}`, async () => {
      await context.client.removeVolume({ name });
    });
  }
}

/** As `volume prune --all`: what a person sees as unused goes. */
export async function pruneVolumes(context: CommandContext): Promise<void> {
  await attempt(context, 'prune volumes', async () => {
    const unused = (await context.client.listVolumes()).volumes.filter(({ users }) => users.length === 0);
    if (unused.length === 0) {
      void window.showInformationMessage('No volume is unused.');
      return;
    }
    const names = unused.map(({ name }) => cleanLine(name)).join(', ');
    if (!(await confirmed('Remove all volumes that no container has?', `Their files are deleted for good: ${names}`)))
      return;
    const { removed } = await context.client.pruneVolumes({ all: true });
    void window.showInformationMessage(`Removed ${removed.length} ${removed.length === 1 ? 'volume' : 'volumes'}.`);
  });
}

export async function inspectVolume(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const { name } of await chosenVolumes(context, args, 'Inspect Volume')) {
    await attempt(context, `inspect volume ${cleanLine(name)}`, async () => {
      const { document } = await context.client.inspectVolume({ name });
      const uri = context.documents.put(`volume_${name}.json`, `${JSON.stringify(document, undefined, 2)}\n`);
      await window.showTextDocument(await workspace.openTextDocument(uri));
    });
  }
}

export async function copyVolumeName(context: CommandContext, ...args: unknown[]): Promise<void> {
  const volumes = await chosenVolumes(context, args, 'Copy Name of Volume');
  if (volumes.length > 0) await env.clipboard.writeText(volumes.map(({ name }) => name).join('\n'));
}

/** The selected rows, whatever else holds for them: the helper says why not. Else one that fits, picked from a list. */
async function chosenVolumes(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
  fits: (volume: VolumeSummary) => boolean = () => true,
): Promise<VolumeSummary[]> {
  const [row, rows] = args;
  const nodes = Array.isArray(rows) && rows.length > 0 ? rows.filter(isVolumeNode) : [row].filter(isVolumeNode);
  let chosen: VolumeSummary[] = [];
  await attempt(context, 'list volumes', async () => {
    const { volumes } = await context.client.listVolumes();
    const fitting = volumes.filter(fits);
    if (nodes.length > 0) chosen = volumes.filter(({ name }) => nodes.some((node) => node.name === name));
    else if (fitting.length === 0) void window.showInformationMessage('There is no such volume.');
    else chosen = await pick(fitting, title);
  });
  return chosen;
}

async function pick(volumes: readonly VolumeSummary[], title: string): Promise<VolumeSummary[]> {
  const items = volumes.map((volume): QuickPickItem & { volume: VolumeSummary } => ({
    label: plainLabel(volume.name),
    description: volume.users.length > 0 ? 'in use' : 'unused',
    volume,
  }));
  const chosen = await window.showQuickPick(items, { title, placeHolder: 'Choose a volume' });
  return chosen ? [chosen.volume] : [];
}

async function confirmed(question: string, detail: string): Promise<boolean> {
  return (await window.showWarningMessage(question, { modal: true, detail }, 'Remove')) === 'Remove';
}

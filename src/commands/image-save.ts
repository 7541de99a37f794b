import { Uri, window, workspace } from 'vscode';
import { displayReference } from '../model/image-words.ts';
import { transfer } from '../ui/transfer.ts';
import { attempt } from './attempt.ts';
import { chosenImages } from './chosen-images.ts';
import type { CommandContext } from './context.ts';

/** Writes images to one archive, which docker and podman load, too. */
export async function saveImages(context: CommandContext, ...args: unknown[]): Promise<void> {
  const images = await chosenImages(context, args, 'Save to File');
  const [first] = images;
  if (!first) return;
  const what = images.length === 1 ? displayReference(first) : `${images.length} images`;
  const target = await window.showSaveDialog({
    title: `Save ${what}`,
    saveLabel: 'Save',
    defaultUri: suggestion(displayReference(first)),
    filters: { 'Tar archives': ['tar'] },
  });
  if (!target) return;
  await attempt(context, `save ${what}`, async () => {
    const references = images.map(({ reference }) => reference);
    await transfer(context.client, `Saving ${what}`, (progress, token) =>
      context.client.saveImages({ references, path: target.fsPath, progress }, token),
    );
    void window.showInformationMessage(`Saved ${what}.`);
  });
}

/** In the workspace, or else where the user is at home. */
function suggestion(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(process.env['HOME'] ?? '/');
  return Uri.joinPath(folder, `${name.replaceAll(/[^\w.-]+/g, '_')}.tar`);
}

import { commands, Uri, window, workspace } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { filePlace } from '../../model/file-places.ts';
import { chosenContainers } from '../containers/chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { fetchFiles, sendFiles } from './file-transfer.ts';
import { t } from '../../model/l10n.ts';
import { askFolder } from '../../ui/ask-folder.ts';
import { askText } from '../../ui/ask-text.ts';

/** Adds the container's files to the workspace, where the Explorer shows them as it shows any folder. */
export async function openFiles(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Open Files of Container'),
    none: t('There is no container.'),
  });
  const folders = workspace.workspaceFolders ?? [];
  const known = new Set(folders.map(({ uri }) => uri.toString()));
  const added = containers
    .map((container) => ({ uri: Uri.from(filePlace(container.id, '/')), name: displayName(container) }))
    .filter(({ uri }) => !known.has(uri.toString()));
  if (added.length > 0 && (await mayReload())) workspace.updateWorkspaceFolders(folders.length, 0, ...added);
  else if (containers.length > 0) await commands.executeCommand('workbench.view.explorer');
}

/** A window that is not yet one of several folders becomes one by starting anew (`workspace.updateWorkspaceFolders`). */
async function mayReload(): Promise<boolean> {
  if (workspace.workspaceFile) return true;
  const question = t('Reload this window to add the folder?');
  const detail =
    t('VS Code makes a workspace of several folders of it. Containers go on, and their terminals come back. ') +
    t('Further folders need no reload.');
  return (await window.showInformationMessage(question, { modal: true, detail }, t('Reload'))) === t('Reload');
}

/** Files and folders of this machine go into a folder of the container. They are never read into the window. */
export async function uploadFiles(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Copy Files to Container'),
    none: t('There is no container.'),
  });
  if (containers.length === 0) return;
  const files = await window.showOpenDialog({ canSelectMany: true, openLabel: t('Copy'), title: t('Files to Copy') });
  const to = files && (await askPath(containers, t('Folder in the container that the files are copied to'), '/tmp'));
  if (!files || to === undefined) return;
  const paths = files.map(({ fsPath }) => fsPath);
  for (const { id } of containers) await sendFiles(context, id, paths, to);
}

/** A file or folder of the container goes into a folder of this machine; of several containers into a folder of each one's name there. */
export async function downloadFiles(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Copy Files from Container'),
    none: t('There is no container.'),
  });
  if (containers.length === 0) return;
  const from = await askPath(containers, t('File or folder in the container'), '/');
  if (from === undefined) return;
  const folder = await askFolder({ openLabel: t('Copy Here'), title: t('Folder to Copy to') });
  if (!folder) return;
  for (const container of containers) {
    const to = containers.length === 1 ? folder : Uri.joinPath(folder, displayName(container));
    await fetchFiles(context, container.id, [from], to.fsPath);
  }
}

function askPath(containers: readonly ContainerSummary[], prompt: string, value: string): Thenable<string | undefined> {
  const validateInput = (text: string): string | undefined =>
    text.startsWith('/') ? undefined : t('An absolute path, such as /etc');
  return askText({ title: containers.map(displayName).join(', '), prompt, value, validateInput });
}

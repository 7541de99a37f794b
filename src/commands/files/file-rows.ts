import { commands, env, Uri, window } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { fileNameProblem } from '../../model/file-words.ts';
import { baseName, filePlace, folderOf, isWithin, pathIn } from '../../model/file-places.ts';
import { displayName, isActive } from '../../model/container-words.ts';
import { folderOfRow, isFileNode, isPartNode, type FileNode, type PartNode } from '../../model/nodes.ts';
import { attempt } from '../attempt.ts';
import { chosenRows } from '../chosen-rows.ts';
import type { CommandContext } from '../context.ts';
import { fetchFiles, sendFiles } from './file-transfer.ts';
import { t } from '../../model/l10n.ts';
import { askFolder } from '../../ui/ask-folder.ts';
import { askText } from '../../ui/ask-text.ts';

export async function openFileRows(_context: CommandContext, ...args: unknown[]): Promise<void> {
  const files = chosenFiles(args).filter(({ file }) => file.kind === 'file');
  for (const { container, path } of files)
    await commands.executeCommand('vscode.open', Uri.from(filePlace(container, path)), {
      preview: files.length === 1,
      preserveFocus: files.length === 1,
    });
}

export async function newFile(context: CommandContext, ...args: unknown[]): Promise<void> {
  const place = placeOf(args);
  const path = place && (await askPath(place.folder, t('New File'), ''));
  if (!place || path === undefined) return;
  const id = place.container;
  await attempt(context, t('create {0}', path), async () => {
    await context.client.fileWrite({ id, path, data: '', offset: 0, how: 'new' });
    context.files.tell(id, [{ kind: 'created', path }]);
    await commands.executeCommand('vscode.open', Uri.from(filePlace(id, path)));
  });
}

export async function newFolder(context: CommandContext, ...args: unknown[]): Promise<void> {
  const place = placeOf(args);
  const path = place && (await askPath(place.folder, t('New Folder'), ''));
  if (!place || path === undefined) return;
  await attempt(context, t('create {0}', path), async () => {
    await context.client.makeDirectory({ id: place.container, path });
    context.files.tell(place.container, [{ kind: 'created', path }]);
  });
}

export async function renameFileRow(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const { container: id, path: from } of chosenFiles(args)) {
    const to = await askPath(folderOf(from), t('Rename {0}', cleanLine(baseName(from))), baseName(from));
    if (to === undefined) return;
    if (to === from) continue;
    await attempt(context, t('rename {0}', from), async () => {
      await context.client.renameFile({ id, from, to });
      context.files.tell(id, [
        { kind: 'deleted', path: from },
        { kind: 'created', path: to },
      ]);
    });
  }
}

export async function deleteFileRows(context: CommandContext, ...args: unknown[]): Promise<void> {
  const files = topmost(chosenFiles(args));
  if (files.length === 0 || !(await confirmDelete(context, files))) return;
  for (const { container: id, path, file } of files)
    await attempt(context, t('delete {0}', path), async () => {
      const recursive = file.kind === 'directory' && file.link === undefined;
      await context.client.removeFile({ id, path, recursive });
      context.files.tell(id, [{ kind: 'deleted', path }]);
    });
}

export async function uploadToFolder(context: CommandContext, ...args: unknown[]): Promise<void> {
  const place = placeOf(args);
  if (!place) return;
  const title = t('Files to Copy to {0}', cleanLine(place.folder));
  const files = await window.showOpenDialog({ canSelectMany: true, openLabel: t('Copy'), title });
  if (files)
    await sendFiles(
      context,
      place.container,
      files.map(({ fsPath }) => fsPath),
      place.folder,
    );
}

export async function downloadFileRows(context: CommandContext, ...args: unknown[]): Promise<void> {
  const files = topmost(chosenFiles(args));
  if (files.length === 0) return;
  const folder = await askFolder({ openLabel: t('Copy Here'), title: t('Folder to Copy to') });
  if (!folder) return;
  for (const { container, path } of files) await fetchFiles(context, container, [path], folder.fsPath);
}

export async function copyFilePaths(_context: CommandContext, ...args: unknown[]): Promise<void> {
  const paths = chosenFiles(args).map(({ path }) => path);
  if (paths.length > 0) await env.clipboard.writeText(paths.join('\n'));
}

/** Of Files, of a folder, or of Changes. */
export async function refreshRows(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const row of chosenRows(args, isFileOrPart) ?? []) context.refreshRow(row);
}

/** The selected rows, or the one that was chosen. */
function chosenFiles(args: readonly unknown[]): FileNode[] {
  return chosenRows(args, isFileNode) ?? [];
}

const isFileOrPart = (value: unknown): value is FileNode | PartNode => isFileNode(value) || isPartNode(value);

/** A folder that is chosen with what is in it counts once. */
function topmost(files: readonly FileNode[]): FileNode[] {
  const isBelow = (file: FileNode, top: FileNode): boolean =>
    file !== top && file.container === top.container && file.path !== top.path && isWithin(file.path, top.path);
  return files.filter((file) => !files.some((top) => isBelow(file, top)));
}

/** The folder that a row stands for, or that a file is in. */
function placeOf([chosen]: readonly unknown[]): ReturnType<typeof folderOfRow> {
  const [row] = chosenRows([chosen], isFileOrPart) ?? [];
  return folderOfRow(row);
}

async function askPath(folder: string, title: string, value: string): Promise<string | undefined> {
  const dot = value.lastIndexOf('.');
  const name = await askText({
    title,
    value,
    // As in the Explorer: the name without its ending.
    valueSelection: [0, dot > 0 ? dot : value.length],
    prompt: t('Name in {0}', cleanLine(folder)),
    validateInput: problemOf,
  });
  return name === undefined ? undefined : pathIn(folder, name);
}

function problemOf(name: string): string | undefined {
  switch (fileNameProblem(name)) {
    case 'empty':
      return t('A name');
    case 'slash':
      return t('A name without a slash');
    case 'reserved':
      return t('This name is the folder itself, or the one above it');
    case 'long':
      return t('Too long: a name has at most 255 bytes');
    case undefined:
      return undefined;
  }
}

async function confirmDelete(context: CommandContext, files: readonly FileNode[]): Promise<boolean> {
  const [first] = files;
  const container = first && context.containers.get(first.container);
  const subject = files.length === 1 && first ? cleanLine(first.path) : t('{0} files and folders', files.length);
  const name = container ? displayName(container) : '';
  const details = [
    files.some(({ file }) => file.kind === 'directory' && file.link === undefined)
      ? t('With all that is in it. It is not moved to a trash.')
      : t('It is not moved to a trash.'),
    ...(container && isActive(container.state) ? [t('{0} runs: its processes see that at once.', name)] : []),
    ...(files.length > 1 ? [files.map(({ path }) => cleanLine(path)).join('\n')] : []),
  ];
  const question = t('Delete {0} of {1}?', subject, name);
  const answer = await window.showWarningMessage(question, { modal: true, detail: details.join('\n') }, t('Delete'));
  return answer === t('Delete');
}

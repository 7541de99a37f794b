import { env, Uri, window, type DataTransferFile } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { baseName, fileScheme, isWithin, pathIn } from '../../model/file-places.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { sendFiles } from './file-transfer.ts';
import { t } from '../../model/l10n.ts';

type Drop = { container: string; folder: string; uris: readonly string[]; files: readonly DataTransferFile[] };

const pieceBytes = 1024 * 1024;

/** Files of this machine are copied into the folder, files of the container itself are moved there. */
export async function dropOnFolder(context: CommandContext, drop: Drop): Promise<void> {
  const { container, folder, uris, files } = drop;
  // In a window on another machine the paths of what comes from the desktop are those of the desktop.
  const carried = files.filter(({ uri }) => uri === undefined || env.remoteName !== undefined);
  const known = new Set(carried.map(({ uri }) => uri?.toString()));
  const places = uris.map((text) => Uri.parse(text)).filter((uri) => !known.has(uri.toString()));
  const local = places
    .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')
    .map(({ fsPath }) => fsPath);
  await sendFiles(context, container, local, folder);
  for (const file of carried) await writeCarried(context, { container, folder, file });
  await move(
    context,
    { container, folder },
    places.filter(({ scheme }) => scheme === fileScheme),
  );
}

async function writeCarried(
  context: CommandContext,
  { container: id, folder, file }: { container: string; folder: string; file: DataTransferFile },
): Promise<void> {
  const path = pathIn(folder, file.name);
  await attempt(context, t('copy {0} to {1}', file.name, folder), async () => {
    const bytes = await file.data();
    for (let offset = 0; offset === 0 || offset < bytes.length; offset += pieceBytes) {
      const data = Buffer.from(bytes.subarray(offset, offset + pieceBytes)).toString('base64');
      await context.client.fileWrite({ id, path, data, offset, how: offset === 0 ? 'any' : 'old' });
    }
    context.files.tell(id, [{ kind: 'created', path }]);
  });
}

async function move(
  context: CommandContext,
  { container, folder }: { container: string; folder: string },
  places: readonly Uri[],
): Promise<void> {
  for (const { authority, path } of places) {
    const to = pathIn(folder, baseName(path));
    if (authority !== container) {
      void window.showInformationMessage(
        t("Files can't be moved from one container to another yet: copy them to this machine first."),
      );
      return;
    }
    if (to === path || isWithin(folder, path) || !(await confirmMove(path, folder))) continue;
    await attempt(context, t('move {0} to {1}', path, folder), async () => {
      await context.client.renameFile({ id: container, from: path, to });
      context.files.tell(container, [
        { kind: 'deleted', path },
        { kind: 'created', path: to },
      ]);
    });
  }
}

/** As in the Explorer: a row is dragged by mistake more often than on purpose. */
async function confirmMove(path: string, folder: string): Promise<boolean> {
  const question = t('Move {0} to {1}?', cleanLine(baseName(path)), cleanLine(folder));
  return (await window.showWarningMessage(question, { modal: true }, t('Move'))) === t('Move');
}

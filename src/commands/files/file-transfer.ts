import { Uri, window, workspace, type CancellationToken } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { baseName, pathIn } from '../../model/file-places.ts';
import { withCancel } from '../../ui/with-cancel.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Files and folders of this machine go into a folder of the container. */
export async function sendFiles(
  context: CommandContext,
  id: string,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  await copyEach(context, paths, folder, async (from, token) => {
    await context.client.uploadFile({ id, from, to: folder }, token);
    context.files.tell(id, [{ kind: 'created', path: pathIn(folder, baseName(from)) }]);
  });
}

/** Files and folders of the container go into a folder of this machine, which is made if there is none. */
export async function fetchFiles(
  context: CommandContext,
  id: string,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  await copyEach(context, paths, folder, async (from, token) => {
    await workspace.fs.createDirectory(Uri.file(folder));
    await context.client.downloadFile({ id, from, to: folder }, token);
    void window.showInformationMessage(t('{0} was copied to {1}.', cleanLine(baseName(from)), folder));
  });
}

/** The helper copies: files are never read into the window. */
async function copyEach(
  context: CommandContext,
  paths: readonly string[],
  folder: string,
  copy: (from: string, token: CancellationToken) => Promise<void>,
): Promise<void> {
  for (const from of paths)
    await attempt(context, t('copy {0} to {1}', from, folder), () =>
      withCancel(t('Copying {0} to {1}', baseName(from), folder), (token) => copy(from, token)),
    );
}

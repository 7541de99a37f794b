import { Uri, window } from 'vscode';
import { cleanLine } from '../../model/clean-text.ts';
import { baseName } from '../../model/file-places.ts';
import { withCancel } from '../../ui/with-cancel.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';
import { askChoice } from '../../ui/ask-choice.ts';

const archives = { [t('Tar archives')]: ['tar', 'gz', 'tgz', 'zst', 'tzst'], [t('All files')]: ['*'] };

/** Brings in the images of a `docker save` or OCI archive. */
export async function loadImages(context: CommandContext): Promise<void> {
  for (const uri of await chooseFiles(t('Load Images'), t('Load'))) await load(context, uri.fsPath);
}

/** Makes an image of a root file system's tar. */
export async function importImage(context: CommandContext): Promise<void> {
  const [uri] = await chooseFiles(t('Import Root File System'), t('Import'));
  if (uri) await bringIn(context, uri.fsPath);
}

/** Files that were dropped on the view: what they are, only a person knows before they are read. */
export async function dropFiles(context: CommandContext, uris: readonly string[]): Promise<void> {
  for (const uri of uris
    .map((text) => Uri.parse(text))
    .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')) {
    const name = cleanLine(baseName(uri.path));
    const ways = [
      {
        label: t('Load Images'),
        detail: t('An archive of docker save or skiff save, or an OCI archive'),
        run: load,
      },
      {
        label: t('Import Root File System'),
        detail: t('A tar of files, which becomes an image of one layer'),
        run: bringIn,
      },
    ];
    const way = await askChoice(ways, { title: name, placeHolder: t('What is in it?') });
    await way?.run(context, uri.fsPath);
  }
}

async function chooseFiles(title: string, openLabel: string): Promise<readonly Uri[]> {
  return (await window.showOpenDialog({ title, openLabel, filters: archives })) ?? [];
}

async function load(context: CommandContext, path: string): Promise<void> {
  const name = cleanLine(baseName(path));
  await attempt(context, t('load {0}', name), async () => {
    const { references } = await withCancel(t('Loading {0}', name), (token) =>
      context.client.loadImages({ path }, token),
    );
    void window.showInformationMessage(t('Loaded {0}.', references.map(cleanLine).join(', ')));
  });
}

async function bringIn(context: CommandContext, path: string): Promise<void> {
  const name = cleanLine(baseName(path));
  const reference = await askText({
    title: t('Import {0}', name),
    prompt: t('Name of the image, as in `mine:1`; leave it empty for none'),
    value: name
      .replace(/\.(tar(\.\w+)?|t\w+)$/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-'),
  });
  if (reference === undefined) return;
  await attempt(context, t('import {0}', name), async () => {
    const named = reference.trim() === '' ? {} : { reference: reference.trim() };
    const imported = await withCancel(t('Importing {0}', name), (token) =>
      context.client.importImage({ path, ...named }, token),
    );
    void window.showInformationMessage(t('Imported {0}.', cleanLine(imported.reference || imported.id.slice(0, 19))));
  });
}

import { commands, QuickPickItemKind, ThemeIcon, Uri, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { ContainerSummary, FileChange } from '../../../runtime-helper/protocol/types.ts';
import { displayName, isActive } from '../../model/container-words.ts';
import { baseName, filePlace, folderOf, isWithin } from '../../model/file-places.ts';
import { isChangeNode, isPartNode, type ChangeNode, type PartNode } from '../../model/nodes.ts';
import { cleanLine } from '../../model/clean-text.ts';
import { plainLabel } from '../../ui/plain-text.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from '../containers/chosen-containers.ts';
import { chosenRows } from '../chosen-rows.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

type Changed = { container: ContainerSummary; changes: FileChange[] };
type Item = QuickPickItem & { of?: Changed & { change: FileChange } };

const words = {
  A: ['diff-added', t('Added')],
  C: ['diff-modified', t('Changed')],
  D: ['diff-removed', t('Deleted')],
} as const;
const discardButton: QuickInputButton = { iconPath: new ThemeIcon('discard'), tooltip: t('Discard…') };

/** What a container has changed of its image: one is compared with the image's file, and can be taken back. */
export async function showChanges(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Show Changes of Container'),
    none: t('There is no container.'),
  });
  if (containers.length === 0) return;
  const names = containers.map(displayName).join(', ');
  await attempt(context, t('read the changes of {0}', names), async () => {
    const all = await Promise.all(
      containers.map(async (container): Promise<Changed> => {
        const { changes } = await context.client.containerChanges({ id: container.id });
        return { container, changes };
      }),
    );
    const changed = all.filter(({ changes }) => changes.length > 0);
    if (changed.length === 0)
      return void window.showInformationMessage(t('{0} has changed nothing of its image.', names));
    pickChange(context, changed);
  });
}

function pickChange(context: CommandContext, changed: readonly Changed[]): void {
  const pick = window.createQuickPick<Item>();
  pick.title = t('Changes of {0}', changed.map(({ container }) => displayName(container)).join(', '));
  pick.placeholder = t('Compare with the image…');
  pick.ignoreFocusOut = true;
  pick.items = changed.flatMap((one) => [
    ...(changed.length > 1 ? [{ label: displayName(one.container), kind: QuickPickItemKind.Separator }] : []),
    ...one.changes.map((change) => itemOf(one, change)),
  ]);
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    if (item?.of) void compareOne(context, item.of.container, item.of.change);
  });
  pick.onDidTriggerItemButton(({ item }) => {
    pick.hide();
    if (item.of) void discard(context, item.of.container, [item.of.change.path], item.of.changes);
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

function itemOf(one: Changed, change: FileChange): Item {
  return {
    label: `$(${words[change.kind][0]}) ${plainLabel(change.path)}`,
    description: words[change.kind][1],
    buttons: [discardButton],
    of: { ...one, change },
  };
}

/** From rows below Changes. */
export async function compareChanges(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const { container: id, change } of chosenChanges(args)) {
    const container = context.containers.get(id);
    // The rows keep the keys, so that one goes from change to change.
    if (container && change.below.length === 0) await compareOne(context, container, change, { preserveFocus: true });
  }
}

/** From rows below Changes: those that are selected, or of a container whose heading is, all of it. One container after the other. */
export async function discardChanges(context: CommandContext, ...args: unknown[]): Promise<void> {
  const rows = chosenRows(args, isChangeOrPart) ?? [];
  for (const id of new Set(rows.map((row) => row.container))) {
    const container = context.containers.get(id);
    if (!container) continue;
    const own = rows.filter((row) => row.container === id);
    await attempt(context, t('discard changes of {0}', displayName(container)), async () => {
      const { changes } = await context.client.containerChanges({ id });
      const all = changes.filter(({ path }) => folderOf(path) === '/').map(({ path }) => path);
      const some = own.some(isPartNode) ? all : own.filter(isChangeNode).map(({ change }) => change.path);
      if (some.length > 0) await discard(context, container, some, changes);
    });
  }
}

async function compareOne(...args: Parameters<typeof compare>): Promise<void> {
  const [context, , { path }] = args;
  await attempt(context, t('compare {0}', cleanLine(path)), () => compare(...args));
}

/** Left what the image has, right what the container has; each is empty when there is none. */
async function compare(
  { client }: CommandContext,
  container: ContainerSummary,
  { kind, path }: Pick<FileChange, 'kind' | 'path'>,
  options: { preserveFocus?: boolean } = {},
): Promise<void> {
  const { id, imageId } = container;
  // Of @host the image is this machine, with files that are hidden from its containers.
  const before = kind === 'A' || imageId === 'host' ? 'none' : 'image';
  const place = { id, path, ...(kind === 'D' ? { side: 'image' as const } : {}) };
  const file = await client.fileStat(place).catch(() => undefined);
  if (file && file.kind !== 'file') {
    return void window.showInformationMessage(t('{0} is no file, so there is no text to compare.', cleanLine(path)));
  }
  const left = Uri.from(filePlace(id, path, before));
  const right = Uri.from(filePlace(id, path, kind === 'D' ? 'none' : 'container'));
  await commands.executeCommand(
    'vscode.diff',
    left,
    right,
    t('{0} (image ↔ {1})', cleanLine(baseName(path)), displayName(container)),
    options,
  );
}

async function discard(
  context: CommandContext,
  container: ContainerSummary,
  paths: readonly string[],
  changes: readonly FileChange[],
): Promise<void> {
  const [first = ''] = paths;
  const question =
    paths.length === 1
      ? t('Discard the change of {0}?', cleanLine(first))
      : t('Discard the changes of {0} files and folders?', paths.length);
  const detail = [whatBecomes(paths, changes), paths.length > 1 ? paths.map(cleanLine).slice(0, 20).join('\n') : ''];
  if (isActive(container.state))
    detail.splice(
      1,
      0,
      t('The container runs: its processes see that at once, and those that have the file open keep the old one.'),
    );
  const text = detail.filter((line) => line !== '').join('\n');
  const answer = await window.showWarningMessage(question, { modal: true, detail: text }, t('Discard'));
  if (answer !== t('Discard')) return;
  await attempt(context, t('discard changes of {0}', displayName(container)), async () => {
    await context.client.discardChanges({ id: container.id, paths: [...paths] });
    const below = changes.filter(({ path }) => paths.some((top) => isWithin(path, top)));
    const events = below.map(({ kind, path }) => ({ kind: becomes[kind], path }));
    context.files.tell(container.id, events);
  });
}

const becomes = { A: 'deleted', C: 'changed', D: 'created' } as const;

function whatBecomes(paths: readonly string[], changes: readonly FileChange[]): string {
  const kinds = new Set(changes.filter(({ path }) => paths.includes(path)).map(({ kind }) => kind));
  if (paths.length > 1) return t('What was added is deleted, and all else becomes as in the image again.');
  return kinds.has('A') ? t('It is deleted.') : t('It becomes as in the image again, with all that is below it.');
}

const isChangeOrPart = (value: unknown): value is ChangeNode | PartNode =>
  isChangeNode(value) || (isPartNode(value) && value.part === 'changes');

function chosenChanges(args: readonly unknown[]): ChangeNode[] {
  return chosenRows(args, isChangeNode) ?? [];
}

import { ConfigurationTarget, window, workspace, type QuickPickItem } from 'vscode';
import type { Grouping, Order } from '../../model/arrangement.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';
import { askChoice } from '../../ui/ask-choice.ts';

const groupings: Record<Grouping, string> = {
  none: t('No Groups'),
  state: t('State'),
  image: t('Image'),
  project: t('Compose Project'),
  label: t('A Label…'),
};
const orders: Record<Order, string> = { created: t('Newest First'), name: t('Name'), state: t('State') };

export async function groupContainers({ arranged }: CommandContext): Promise<void> {
  const chosen = await choose(t('Group Containers by'), groupings, arranged.current.groupBy);
  if (chosen === undefined) return;
  if (chosen === 'label' && !(await chooseLabel(arranged.current.label))) return;
  await configure('containers.groupBy', chosen);
}

async function chooseLabel(current: string): Promise<boolean> {
  const label = await askText({
    title: t('Group Containers by a Label'),
    prompt: t('Name of the label, as in `skiff run --label NAME=VALUE`'),
    value: current,
    validateInput: (value) => (value.trim() === '' ? t('A label has a name.') : undefined),
  });
  if (label !== undefined) await configure('containers.groupByLabel', label.trim());
  return label !== undefined;
}

export async function sortContainers({ arranged }: CommandContext): Promise<void> {
  const chosen = await choose(t('Sort Containers by'), orders, arranged.current.sortBy);
  if (chosen) await configure('containers.sortBy', chosen);
}

export async function showOnlyRunning(): Promise<void> {
  await configure('containers.onlyRunning', true);
}

export async function showAll(): Promise<void> {
  await configure('containers.onlyRunning', false);
}

/** The view follows while the filter is typed; Escape takes it back. */
export async function filterContainers({ arranged }: CommandContext): Promise<void> {
  const before = arranged.current.filter;
  const input = window.createInputBox();
  input.title = t('Filter Containers');
  input.prompt = t('Words of the name, image, command, ID or address; leave it empty for all');
  input.value = before;
  // The tree that it redraws may take the focus.
  input.ignoreFocusOut = true;
  input.onDidChangeValue((filter) => arranged.set({ filter }));
  const accepted = await new Promise<boolean>((resolve) => {
    input.onDidAccept(() => {
      resolve(true);
      input.hide();
    });
    input.onDidHide(() => resolve(false));
    input.show();
  });
  if (!accepted) arranged.set({ filter: before });
  input.dispose();
}

export async function clearFilter({ arranged }: CommandContext): Promise<void> {
  arranged.set({ filter: '' });
  if (arranged.current.onlyRunning) await showAll();
}

async function choose<Value extends string>(
  title: string,
  words: Record<Value, string>,
  current: Value,
): Promise<Value | undefined> {
  const items = (Object.keys(words) as Value[]).map((value): QuickPickItem & { value: Value } => ({
    label: words[value],
    value,
    ...(value === current ? { description: t('now') } : {}),
  }));
  return (await askChoice(items, { title }))?.value;
}

/** Where the setting stands already, else for all workspaces. */
async function configure(name: string, value: unknown): Promise<void> {
  const settings = workspace.getConfiguration('skiff');
  const inWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(name, value, inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
}

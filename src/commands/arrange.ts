import { ConfigurationTarget, window, workspace, type QuickPickItem } from 'vscode';
import type { Grouping, Order } from '../model/arrangement.ts';
import type { CommandContext } from './context.ts';

const groupings: Record<Grouping, string> = {
  none: 'No Groups',
  state: 'State',
  image: 'Image',
  project: 'Compose Project',
  label: 'A Label…',
};
const orders: Record<Order, string> = { created: 'Newest First', name: 'Name', state: 'State' };

export async function groupContainers({ arranged }: CommandContext): Promise<void> {
  const chosen = await choose('Group Containers by', groupings, arranged.current.groupBy);
  if (chosen === undefined) return;
  if (chosen === 'label' && !(await chooseLabel(arranged.current.label))) return;
  await configure('containers.groupBy', chosen);
}

async function chooseLabel(current: string): Promise<boolean> {
  const label = await window.showInputBox({
    title: 'Group Containers by a Label',
    prompt: 'Name of the label, as in `skiff run --label NAME=VALUE`',
    value: current,
    validateInput: (value) => (value.trim() === '' ? 'A label has a name.' : undefined),
  });
  if (label !== undefined) await configure('containers.groupByLabel', label.trim());
  return label !== undefined;
}

export async function sortContainers({ arranged }: CommandContext): Promise<void> {
  const chosen = await choose('Sort Containers by', orders, arranged.current.sortBy);
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
  input.title = 'Filter Containers';
  input.prompt = 'Words of the name, image, command, ID or address; leave it empty for all';
  input.value = before;
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
    ...(value === current ? { description: 'now' } : {}),
  }));
  return (await window.showQuickPick(items, { title }))?.value;
}

/** Where the setting stands already, else for all workspaces. */
async function configure(name: string, value: unknown): Promise<void> {
  const settings = workspace.getConfiguration('skiff');
  const inWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(name, value, inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
}

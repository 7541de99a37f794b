import { ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import type { VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { describeDuration } from '../model/durations.ts';
import type { Subscription } from '../model/listeners.ts';
import { Listeners } from '../model/listeners.ts';
import type { VolumeNode } from '../model/nodes.ts';
import type { Volumes } from '../model/volumes.ts';
import { t } from '../model/l10n.ts';
import { followAges } from './ages.ts';
import { Redraws } from './redraws.ts';

/** The list of volumes, with who has them mounted. */
export class VolumesView implements TreeDataProvider<VolumeNode> {
  readonly #volumes: Volumes;
  readonly #containers: Containers;
  readonly #redraws: Redraws<VolumeNode>;
  readonly #shown = new Listeners<void>();
  /** The rows that VS Code has, since it knows rows by identity. */
  #handedOut: VolumeNode[] = [];
  readonly #tree: TreeView<VolumeNode>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData;

  /** `listed`: settles with the first list. */
  constructor(volumes: Volumes, containers: Containers, listed: () => Promise<unknown>) {
    this.#redraws = new Redraws<VolumeNode>(() => this.#tree, listed);
    this.onDidChangeTreeData = this.#redraws.event;
    this.#volumes = volumes;
    this.#containers = containers;
    this.#tree = window.createTreeView('skiff.volumes', { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      volumes.onChanged(() => this.#redraws.all()),
      containers.onChanged(({ kind }) => kind === 'list' && this.#redraws.all()),
      this.#tree.onDidChangeVisibility(({ visible }) => visible && this.#shown.fire()),
      followAges(
        this.#tree,
        () => volumes.all.map((volume) => this.#describe(volume)).join(),
        () => this.#redraws.rows(this.#handedOut),
      ),
      this.#tree,
      this.#redraws,
    ];
  }

  /** Called whenever the view comes into sight. */
  onShown(listener: () => void): Subscription {
    return this.#shown.add(listener);
  }

  get selection(): readonly unknown[] {
    return this.#tree.selection;
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  getChildren(node?: VolumeNode): VolumeNode[] | Promise<VolumeNode[]> {
    return node ? [] : this.#redraws.top(() => this.#top());
  }

  #top(): VolumeNode[] {
    this.#handedOut = this.#volumes.all.map(({ name }) => ({ kind: 'volume', name }));
    return this.#handedOut;
  }

  getTreeItem({ name }: VolumeNode): TreeItem {
    const volume = this.#volumes.get(name);
    const item = new TreeItem(volume?.anonymous ? cleanLine(name).slice(0, 12) : cleanLine(name));
    item.id = `volume:${name}`;
    item.iconPath = new ThemeIcon('database');
    item.contextValue = 'volume';
    if (volume) item.description = this.#describe(volume);
    item.tooltip = cleanLine(volume?.mountpoint ?? name);
    item.accessibilityInformation = { label: t('Volume {0}, {1}', cleanLine(name), String(item.description)) };
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #describe({ users, anonymous, createdAt }: VolumeSummary): string {
    const names = users.flatMap((id) => this.#containers.get(id) ?? []).map(displayName);
    const used = names.length > 0 ? t('used by {0}', names.join(', ')) : users.length > 0 ? t('in use') : t('unused');
    const age = t('{0} ago', describeDuration(Date.now() - Date.parse(createdAt)));
    return `${anonymous ? `${t('unnamed')} · ` : ''}${age} · ${used}`;
  }
}

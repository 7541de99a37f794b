import { EventEmitter, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import type { VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { describeDuration } from '../model/durations.ts';
import type { Subscription } from '../model/listeners.ts';
import { Listeners } from '../model/listeners.ts';
import type { VolumeNode } from '../model/nodes.ts';
import type { Volumes } from '../model/volumes.ts';

/** The list of volumes, with who has them mounted. */
export class VolumesView implements TreeDataProvider<VolumeNode> {
  readonly #volumes: Volumes;
  readonly #containers: Containers;
  readonly #changed = new EventEmitter<undefined>();
  readonly #shown = new Listeners<void>();
  readonly #tree: TreeView<VolumeNode>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(volumes: Volumes, containers: Containers) {
    this.#volumes = volumes;
    this.#containers = containers;
    this.#tree = window.createTreeView('skiff.volumes', { treeDataProvider: this, canSelectMany: true });
    const redraw = (): void => {
      // A hidden view asks for its rows again when it is shown.
      if (this.#tree.visible) this.#changed.fire(undefined);
    };
    this.#subscriptions = [
      volumes.onChanged(redraw),
      containers.onChanged(({ kind }) => kind === 'list' && redraw()),
      this.#tree.onDidChangeVisibility(({ visible }) => visible && this.#shown.fire()),
      this.#tree,
      this.#changed,
    ];
  }

  /** Called whenever the view comes into sight. */
  onShown(listener: () => void): Subscription {
    return this.#shown.add(listener);
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  getChildren(node?: VolumeNode): VolumeNode[] {
    return node ? [] : this.#volumes.all.map(({ name }) => ({ kind: 'volume', name }));
  }

  getTreeItem({ name }: VolumeNode): TreeItem {
    const volume = this.#volumes.get(name);
    const item = new TreeItem(volume?.anonymous ? cleanLine(name).slice(0, 12) : cleanLine(name));
    item.id = `volume:${name}`;
    item.iconPath = new ThemeIcon('database');
    item.contextValue = 'volume';
    if (volume) item.description = this.#describe(volume);
    item.tooltip = cleanLine(volume?.mountpoint ?? name);
    item.accessibilityInformation = { label: `Volume ${cleanLine(name)}, ${String(item.description)}` };
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #describe({ users, anonymous, createdAt }: VolumeSummary): string {
    const names = users.flatMap((id) => this.#containers.get(id) ?? []).map(displayName);
    const used = names.length > 0 ? `used by ${names.join(', ')}` : users.length > 0 ? 'in use' : 'unused';
    return `${anonymous ? 'unnamed · ' : ''}${describeDuration(Date.now() - Date.parse(createdAt))} · ${used}`;
  }
}

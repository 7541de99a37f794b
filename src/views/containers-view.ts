import { EventEmitter, window, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import { describeRow } from '../model/container-words.ts';
import type { Containers, ContainersChange } from '../model/containers.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import type { ContainerNode } from '../model/nodes.ts';
import { refreshDelay } from '../model/refresh-delay.ts';
import { containerItem, containerTooltip } from './container-item.ts';

/** The tree of containers. While it is hidden it neither draws nor keeps a timer. */
export class ContainersView implements TreeDataProvider<ContainerNode> {
  readonly #containers: Containers;
  readonly #changed = new EventEmitter<ContainerNode[] | undefined>();
  readonly #shown = new Listeners<void>();
  /** One object a row, since VS Code knows rows by identity. */
  readonly #nodes = new Map<string, ContainerNode>();
  /** What each row says now, so that a tick redraws only rows whose words changed. */
  readonly #drawn = new Map<string, string>();
  readonly #tree: TreeView<ContainerNode>;
  readonly #subscriptions: Subscription[];
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(containers: Containers) {
    this.#containers = containers;
    this.#tree = window.createTreeView('skiff.containers', { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      containers.onChanged((change) => this.#containersChanged(change)),
      this.#tree.onDidChangeVisibility(({ visible }) => this.#visibilityChanged(visible)),
      this.#tree,
      this.#changed,
    ];
    if (this.#tree.visible) this.#visibilityChanged(true);
  }

  /** Called whenever the view comes into sight. */
  onShown(listener: () => void): Subscription {
    return this.#shown.add(listener);
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  /** A line above the rows, in the view's own place for it. */
  setMessage(message: string | undefined): void {
    // The typings of 1.101 say `message?: string`; absent is how a message is taken away.
    (this.#tree as { message: string | undefined }).message = message;
  }

  getChildren(node?: ContainerNode): ContainerNode[] {
    if (node) return [];
    const nodes = this.#containers.all.map(({ id }) => this.#node(id));
    this.#schedule();
    return nodes;
  }

  getTreeItem(node: ContainerNode): TreeItem {
    const container = this.#containers.get(node.id);
    if (!container) return { label: node.id.slice(0, 12) };
    const now = Date.now();
    this.#drawn.set(node.id, describeRow(container, now));
    return containerItem(container, now);
  }

  resolveTreeItem(item: TreeItem, node: ContainerNode): TreeItem {
    const container = this.#containers.get(node.id);
    if (container) item.tooltip = containerTooltip(container, Date.now());
    return item;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #node(id: string): ContainerNode {
    let node = this.#nodes.get(id);
    if (!node) this.#nodes.set(id, (node = { kind: 'container', id }));
    return node;
  }

  #containersChanged(change: ContainersChange): void {
    if (change.kind === 'list') this.#forgetRemoved();
    // A hidden view asks for its rows again when it is shown.
    if (!this.#tree.visible) return;
    this.#changed.fire(change.kind === 'list' ? undefined : change.ids.map((id) => this.#node(id)));
    this.#schedule();
  }

  #forgetRemoved(): void {
    for (const id of this.#nodes.keys()) {
      if (this.#containers.get(id)) continue;
      this.#nodes.delete(id);
      this.#drawn.delete(id);
    }
  }

  #visibilityChanged(visible: boolean): void {
    clearTimeout(this.#timer);
    if (!visible) return;
    this.#changed.fire(undefined);
    this.#schedule();
    this.#shown.fire();
  }

  /** Ages go on by themselves: redraws the rows whose words have changed, when they have. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#tree.visible) return;
    const delay = refreshDelay(this.#containers.all, Date.now());
    if (delay === undefined) return;
    this.#timer = setTimeout(() => {
      const now = Date.now();
      const aged = this.#containers.all.filter(
        (container) => this.#drawn.get(container.id) !== describeRow(container, now),
      );
      if (aged.length > 0) this.#changed.fire(aged.map(({ id }) => this.#node(id)));
      this.#schedule();
    }, delay);
  }
}

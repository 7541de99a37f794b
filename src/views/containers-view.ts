import { EventEmitter, window, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import type { ContainerProcess } from '../../runtime-helper/protocol/types.ts';
import { describeRow } from '../model/container-words.ts';
import type { Containers, ContainersChange } from '../model/containers.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import { arrange, dependsOnState, type Arranged, type Arrangement, type Group } from '../model/arrangement.ts';
import { containerParts } from '../model/container-parts.ts';
import type { ContainerNode, GroupNode, PartNode } from '../model/nodes.ts';
import { refreshDelay } from '../model/refresh-delay.ts';
import { containerItem, containerTooltip, groupItem } from './container-item.ts';
import { partItem } from './part-item.ts';

type Node = GroupNode | ContainerNode | PartNode;
type ProcessesOf = (id: string) => Promise<readonly ContainerProcess[]>;

/** The tree of containers, or of groups of them. While it is hidden it neither draws nor keeps a timer. */
export class ContainersView implements TreeDataProvider<Node> {
  readonly #containers: Containers;
  readonly #arranged: Arranged;
  readonly #processesOf: ProcessesOf;
  readonly #changed = new EventEmitter<Node[] | undefined>();
  readonly #shown = new Listeners<void>();
  /** One object a row, since VS Code knows rows by identity. */
  readonly #nodes = new Map<string, ContainerNode>();
  readonly #groups = new Map<string, GroupNode>();
  /** What each row says now, so that a tick redraws only rows whose words changed. */
  readonly #drawn = new Map<string, string>();
  readonly #tree: TreeView<Node>;
  readonly #subscriptions: Subscription[];
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  /** `processesOf`: asked when somebody opens that row. */
  constructor(containers: Containers, arranged: Arranged, processesOf: ProcessesOf) {
    this.#containers = containers;
    this.#processesOf = processesOf;
    this.#arranged = arranged;
    this.#tree = window.createTreeView('skiff.containers', { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      arranged.onChanged((arrangement) => this.#arrangementChanged(arrangement)),
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

  getChildren(node?: Node): Node[] | Promise<Node[]> {
    if (node?.kind === 'part') return this.#processes(node);
    if (node?.kind === 'container') {
      const container = this.#containers.get(node.id);
      return container ? containerParts(container) : [];
    }
    if (node) return this.#group(node)?.containers.map(({ id }) => this.#node(id)) ?? [];
    this.#schedule();
    const groups = this.#arrange();
    if (this.#arranged.current.groupBy !== 'none') return groups.map(({ key }) => this.#groupNode(key));
    return groups.flatMap(({ containers }) => containers.map(({ id }) => this.#node(id)));
  }

  getTreeItem(node: Node): TreeItem {
    if (node.kind === 'part') return partItem(node, this.#containers.get(node.container));
    if (node.kind === 'group') {
      const group = this.#group(node);
      return group ? groupItem(group, this.#arranged.current.groupBy) : { label: node.key };
    }
    const container = this.#containers.get(node.id);
    if (!container) return { label: node.id.slice(0, 12) };
    const now = Date.now();
    this.#drawn.set(node.id, describeRow(container, now));
    return containerItem(container, now);
  }

  /** For `reveal`. */
  getParent(node: Node): Node | undefined {
    if (node.kind === 'part') return this.#node(node.container);
    if (node.kind === 'group' || this.#arranged.current.groupBy === 'none') return undefined;
    const group = this.#arrange().find(({ containers }) => containers.some(({ id }) => id === node.id));
    return group && this.#groupNode(group.key);
  }

  resolveTreeItem(item: TreeItem, node: Node): TreeItem {
    const container = node.kind === 'container' ? this.#containers.get(node.id) : undefined;
    if (container) item.tooltip = containerTooltip(container, Date.now());
    return item;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #processes({ part, container }: PartNode): Promise<PartNode[]> {
    if (part !== 'processes') return [];
    const processes = await this.#processesOf(container);
    return processes.map((one) => ({ kind: 'part', container, part: 'process', ...one }));
  }

  #node(id: string): ContainerNode {
    let node = this.#nodes.get(id);
    if (!node) this.#nodes.set(id, (node = { kind: 'container', id }));
    return node;
  }

  #groupNode(key: string): GroupNode {
    let node = this.#groups.get(key);
    if (!node) this.#groups.set(key, (node = { kind: 'group', key }));
    return node;
  }

  #arrange(): Group[] {
    return arrange(this.#containers.all, this.#arranged.current);
  }

  #group({ key }: GroupNode): Group | undefined {
    return this.#arrange().find((group) => group.key === key);
  }

  #arrangementChanged({ filter, onlyRunning }: Arrangement): void {
    const said = [onlyRunning ? 'running' : '', filter.trim() === '' ? '' : `“${filter.trim()}”`];
    const words = said.filter((text) => text !== '').join(' ');
    // Absent is how a description is taken away.
    (this.#tree as { description: string | undefined }).description = words === '' ? undefined : words;
    if (this.#tree.visible) this.#changed.fire(undefined);
  }

  #containersChanged(change: ContainersChange): void {
    if (change.kind === 'list') this.#forgetRemoved();
    // A hidden view asks for its rows again when it is shown.
    if (!this.#tree.visible) return;
    const moves = change.kind === 'list' || dependsOnState(this.#arranged.current);
    this.#changed.fire(moves ? undefined : change.ids.map((id) => this.#node(id)));
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

import { window, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import type { Containers, ContainersChange } from '../model/containers.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import { arrange, dependsOnState, type Arranged, type Arrangement, type Group } from '../model/arrangement.ts';
import { containerParts } from '../model/container-parts.ts';
import type { FileEvents } from '../model/file-news.ts';
import { folderOf } from '../model/file-places.ts';
import type { ChangeNode, ContainerNode, FileNode, GroupNode, PartNode } from '../model/nodes.ts';
import type { Usages } from '../model/usages.ts';
import { AgingRows } from './aging-rows.ts';
import { containerItem, containerTooltip, groupItem } from './container-item.ts';
import type { ContainerLooks } from './container-looks.ts';
import { FileDrags, type FileDrop } from './file-drags.ts';
import { changeItem, fileItem, fileTooltip } from './file-item.ts';
import { asFolder, LazyRows, placeOf, type Place } from './lazy-rows.ts';
import { Pace } from '../model/pace.ts';
import { partItem } from './part-item.ts';
import { Redraws } from './redraws.ts';
import { t } from '../model/l10n.ts';

type Node = GroupNode | ContainerNode | PartNode | FileNode | ChangeNode;

/** The tree of containers, or of groups of them. While it is hidden it neither draws nor keeps a timer. */
export class ContainersView implements TreeDataProvider<Node> {
  readonly #containers: Containers;
  readonly #arranged: Arranged;
  readonly #aging: AgingRows;
  readonly #rows: LazyRows;
  readonly #drags = new FileDrags<Node>();
  readonly #redraws: Redraws<Node>;
  readonly #shown = new Listeners<void>();
  readonly #foldersOpened = new Listeners<string>();
  /** To find out what has changed is to walk through all of it. */
  readonly #changesPace = new Pace((id) => void this.#rows.renew(id, 'changes').then(() => this.#drawListed(id)));
  /** One object a row, since VS Code knows rows by identity. */
  readonly #nodes = new Map<string, ContainerNode>();
  readonly #groups = new Map<string, GroupNode>();
  /** The headings below each container that were handed out last. */
  readonly #headings = new Map<string, PartNode[]>();
  /** Rows that were opened and closed again. */
  readonly #closed = new Set<string>();
  readonly #tree: TreeView<Node>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData;

  constructor(containers: Containers, arranged: Arranged, usages: Usages, looks: ContainerLooks) {
    this.#redraws = new Redraws<Node>(() => this.#tree, looks.listed);
    this.onDidChangeTreeData = this.#redraws.event;
    this.#aging = new AgingRows(containers, usages, (ids) => this.#redraws.rows(ids.map((id) => this.#node(id))));
    this.#containers = containers;
    this.#rows = new LazyRows(looks, containers, (id) => this.#foldersOpened.fire(id));
    this.#arranged = arranged;
    this.#tree = window.createTreeView('skiff.containers', {
      treeDataProvider: this,
      dragAndDropController: this.#drags,
      canSelectMany: true,
    });
    this.#subscriptions = [
      arranged.onChanged((arrangement) => this.#arrangementChanged(arrangement)),
      containers.onChanged((change) => this.#containersChanged(change)),
      usages.onChanged(() => this.#tree.visible && this.#aging.redrawChanged()),
      this.#tree.onDidChangeVisibility(({ visible }) => this.#visibilityChanged(visible)),
      this.#tree.onDidCollapseElement(({ element }) => this.#collapsed(element)),
      this.#tree.onDidExpandElement(({ element }) => this.#expanded(element)),
      this.#tree,
      this.#redraws,
    ];
    if (this.#tree.visible) this.#visibilityChanged(true);
  }

  /** Called whenever the view comes into sight. */
  onShown(listener: () => void): Subscription {
    return this.#shown.add(listener);
  }

  /** Called whenever the view comes into sight or goes out of it. */
  onVisibilityChanged(listener: () => void): Subscription {
    return this.#tree.onDidChangeVisibility(listener);
  }

  get selection(): readonly Node[] {
    return this.#tree.selection;
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  /** Called with what was dropped on a folder of a container. */
  onDropped(listener: (drop: FileDrop) => void): Subscription {
    return this.#drags.onDropped(listener);
  }

  /** Called when other folders of a container are open than before: see `openFolders`. */
  onFoldersOpened(listener: (container: string) => void): Subscription {
    return this.#foldersOpened.add(listener);
  }

  openFolders(container: string): string[] {
    return this.#rows.openFolders(container);
  }

  /** Draws anew what has changed of the files that are in sight. */
  async showFileEvents({ id, events }: FileEvents): Promise<void> {
    this.#changesPace.ask(id);
    await this.#rows.take(id, events);
    this.#drawListed(id);
  }

  /** Lists what is below a row anew. */
  async refresh(node: FileNode | PartNode): Promise<void> {
    const place = placeOf(node);
    if (place && (await this.#rows.renewAll(node.container, place))) this.#drawListed(node.container);
    else this.#redraws.rows([node]);
  }

  /** A line above the rows, in the view's own place for it. */
  setMessage(message: string | undefined): void {
    // The typings of 1.101 say `message?: string`; absent is how a message is taken away.
    (this.#tree as { message: string | undefined }).message = message;
  }

  getChildren(node?: Node): Node[] | Promise<Node[]> {
    if (node?.kind === 'part' || node?.kind === 'file' || node?.kind === 'change') return this.#rows.below(node);
    if (node?.kind === 'container') {
      const container = this.#containers.get(node.id);
      const parts = container ? containerParts(container) : [];
      this.#headings.set(node.id, parts);
      if (parts.length > 0) this.#aging.looked(node.id);
      return parts;
    }
    if (node) return this.#group(node)?.containers.map(({ id }) => this.#node(id)) ?? [];
    return this.#redraws.top(() => this.#top());
  }

  getTreeItem(node: Node): TreeItem {
    if (node.kind === 'part') return partItem(node, this.#containers.get(node.container));
    if (node.kind === 'file') return fileItem(node);
    if (node.kind === 'change') return changeItem(node);
    if (node.kind === 'group') {
      const group = this.#group(node);
      return group ? groupItem(group, this.#arranged.current.groupBy) : { label: node.key };
    }
    const container = this.#containers.get(node.id);
    if (!container) return { label: node.id.slice(0, 12) };
    const now = Date.now();
    return containerItem(container, now, this.#aging.describe(container, now));
  }

  /** For `reveal`. */
  getParent(node: Node): Node | undefined {
    if (node.kind === 'part') return this.#node(node.container);
    if (node.kind === 'file') return this.#rowOver(node.container, asFolder(folderOf(node.path)));
    if (node.kind === 'change') return this.#heading(node.container, 'changes');
    if (node.kind === 'group' || this.#arranged.current.groupBy === 'none') return undefined;
    const group = this.#arrange().find(({ containers }) => containers.some(({ id }) => id === node.id));
    return group && this.#groupNode(group.key);
  }

  resolveTreeItem(item: TreeItem, node: Node): TreeItem {
    const container = node.kind === 'container' ? this.#containers.get(node.id) : undefined;
    if (container) {
      item.tooltip = containerTooltip(container, Date.now());
      this.#aging.looked(container.id);
    }
    if (node.kind === 'file') item.tooltip = fileTooltip(node);
    return item;
  }

  dispose(): void {
    this.#aging.stop();
    this.#changesPace.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #top(): Node[] {
    if (this.#tree.visible) this.#aging.start();
    const groups = this.#arrange();
    if (this.#arranged.current.groupBy !== 'none') return groups.map(({ key }) => this.#groupNode(key));
    return groups.flatMap(({ containers }) => containers.map(({ id }) => this.#node(id)));
  }

  #heading(container: string, part: PartNode['part']): PartNode | undefined {
    return this.#headings.get(container)?.find((node) => node.part === part);
  }

  #rowOver(container: string, place: Place): Node | undefined {
    if (place === 'changes' || place === 'processes') return this.#heading(container, place);
    return place === '/' ? this.#heading(container, 'files') : this.#rows.fileAt(container, place);
  }

  #drawListed(id: string): void {
    this.#redraws.untilAsked(id, () => this.#rows.notAsked(id).map((place) => this.#rowOver(id, place)));
  }

  /** What was closed may have changed when it is opened again, and VS Code keeps the rows that it has. */
  #collapsed(node: Node): void {
    if (node.kind === 'container') {
      this.#rows.closeContainer(node.id);
      this.#aging.lookedAway(node.id);
    } else if (node.kind === 'group')
      for (const { id } of this.#group(node)?.containers ?? []) this.#rows.closeContainer(id);
    else {
      const place = placeOf(node);
      if (!place) return;
      this.#rows.close(node.container, place);
    }
    this.#closed.add(rowKey(node));
  }

  #expanded(node: Node): void {
    if (this.#closed.delete(rowKey(node))) this.#redraws.rows([node]);
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
    const said = [onlyRunning ? t('running') : '', filter.trim() === '' ? '' : `“${filter.trim()}”`];
    const words = said.filter((text) => text !== '').join(' ');
    // Absent is how a description is taken away.
    (this.#tree as { description: string | undefined }).description = words === '' ? undefined : words;
    this.#redraws.all();
  }

  #containersChanged(change: ContainersChange): void {
    if (change.kind === 'list') this.#forgetRemoved();
    // A hidden view asks for its rows again when it is shown.
    if (!this.#tree.visible) return;
    const moves = change.kind === 'list' || dependsOnState(this.#arranged.current);
    if (moves) this.#redraws.all();
    else this.#redraws.rows(change.ids.map((id) => this.#node(id)));
    this.#aging.start();
  }

  #forgetRemoved(): void {
    for (const id of this.#nodes.keys()) {
      if (this.#containers.get(id)) continue;
      this.#nodes.delete(id);
      this.#aging.forget(id);
      this.#headings.delete(id);
      this.#rows.closeContainer(id);
      for (const key of this.#closed) if (key.includes(` ${id}`)) this.#closed.delete(key);
    }
  }

  #visibilityChanged(visible: boolean): void {
    this.#aging.stop();
    if (!visible) return this.#rows.closeAll();
    this.#redraws.all();
    this.#aging.start();
    this.#shown.fire();
  }
}

function rowKey(node: Node): string {
  switch (node.kind) {
    case 'group':
      return `group ${node.key}`;
    case 'container':
      return `container ${node.id}`;
    case 'part':
      return `part ${node.container} ${node.part}`;
    case 'file':
      return `file ${node.container} ${node.path}`;
    case 'change':
      return `change ${node.container} ${node.change.path}`;
  }
}

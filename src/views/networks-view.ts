import { window, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import { Listeners, type Subscription } from '../model/listeners.ts';
import type { Networks } from '../model/networks.ts';
import type { EndpointNode, NetworkNode } from '../model/nodes.ts';
import { endpointItem, networkItem, networkTooltip } from './network-item.ts';
import { Redraws } from './redraws.ts';

type Node = NetworkNode | EndpointNode;

/** The tree of networks, and below each the containers that are connected, with their addresses. */
export class NetworksView implements TreeDataProvider<Node> {
  readonly #networks: Networks;
  readonly #redraws: Redraws<Node>;
  readonly #shown = new Listeners<void>();
  readonly #tree: TreeView<Node>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData;

  /** `listed`: settles with the first list. */
  constructor(networks: Networks, listed: () => Promise<unknown>) {
    this.#redraws = new Redraws<Node>(() => this.#tree, listed);
    this.onDidChangeTreeData = this.#redraws.event;
    this.#networks = networks;
    this.#tree = window.createTreeView('skiff.networks', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      networks.onChanged(() => this.#redraws.all()),
      this.#tree.onDidChangeVisibility(({ visible }) => visible && this.#shown.fire()),
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

  getChildren(node?: Node): Node[] | Promise<Node[]> {
    if (!node) return this.#redraws.top(() => this.#networks.all.map(({ name }): Node => ({ kind: 'network', name })));
    if (node.kind === 'endpoint') return [];
    const containers = this.#networks.get(node.name)?.containers ?? [];
    return containers.map(({ id }): Node => ({ kind: 'endpoint', network: node.name, id }));
  }

  getTreeItem(node: Node): TreeItem {
    const network = this.#networks.get(node.kind === 'network' ? node.name : node.network);
    if (node.kind === 'network') return network ? networkItem(network) : { label: node.name };
    const member = this.#networks.member(node);
    return network && member ? endpointItem(network, member) : { label: node.id };
  }

  resolveTreeItem(item: TreeItem, node: Node): TreeItem {
    const network = node.kind === 'network' ? this.#networks.get(node.name) : undefined;
    if (network) item.tooltip = networkTooltip(network);
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

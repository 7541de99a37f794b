import {
  EventEmitter,
  window,
  type CancellationToken,
  type DataTransfer,
  type TreeDataProvider,
  type TreeDragAndDropController,
  type TreeItem,
  type TreeView,
} from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import type { Containers } from '../model/containers.ts';
import { groupImages, type Images } from '../model/images.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import type { ImageNode, RepositoryNode } from '../model/nodes.ts';
import { imageItem, imageTooltip, repositoryItem } from './image-item.ts';

type Node = RepositoryNode | ImageNode;

const uriList = 'text/uri-list';

/** The tree of images: repositories, and below each its tags. Archives that are dropped on it are brought in. */
export class ImagesView implements TreeDataProvider<Node>, TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [];
  readonly dropMimeTypes = [uriList];
  readonly #images: Images;
  readonly #containers: Containers;
  readonly #changed = new EventEmitter<undefined>();
  readonly #shown = new Listeners<void>();
  readonly #dropped = new Listeners<string[]>();
  readonly #tree: TreeView<Node>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(images: Images, containers: Containers) {
    this.#images = images;
    this.#containers = containers;
    this.#tree = window.createTreeView('skiff.images', {
      treeDataProvider: this,
      dragAndDropController: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    const redraw = (): void => {
      // A hidden view asks for its rows again when it is shown.
      if (this.#tree.visible) this.#changed.fire(undefined);
    };
    this.#subscriptions = [
      images.onChanged(redraw),
      // Which containers use an image changes with the containers.
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

  /** Called with the URIs of files that were dropped on the tree. */
  onDropped(listener: (uris: string[]) => void): Subscription {
    return this.#dropped.add(listener);
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  getChildren(node?: Node): Node[] {
    const { repositories, unnamed } = groupImages(this.#images.all);
    if (!node) return [...repositories.map(({ name }): Node => ({ kind: 'repository', name })), ...unnamed];
    if (node.kind === 'image') return [];
    return repositories.find(({ name }) => name === node.name)?.images ?? [];
  }

  getTreeItem(node: Node): TreeItem {
    if (node.kind === 'repository') return repositoryItem({ name: node.name, images: this.#tagsOf(node) });
    const image = this.#images.get(node.id);
    return image ? imageItem(node, image, this.#usersOf(node), Date.now()) : { label: node.reference };
  }

  resolveTreeItem(item: TreeItem, node: Node): TreeItem {
    const image = node.kind === 'image' ? this.#images.get(node.id) : undefined;
    if (node.kind === 'image' && image) item.tooltip = imageTooltip(node, image, this.#usersOf(node), Date.now());
    return item;
  }

  async handleDrop(_target: Node | undefined, data: DataTransfer, token: CancellationToken): Promise<void> {
    const text = await data.get(uriList)?.asString();
    if (token.isCancellationRequested || text === undefined) return;
    this.#dropped.fire(text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#')));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #tagsOf({ name }: RepositoryNode): ImageNode[] {
    return groupImages(this.#images.all).repositories.find((one) => one.name === name)?.images ?? [];
  }

  #usersOf({ id }: ImageNode): ContainerSummary[] {
    return this.#containers.all.filter(({ imageId }) => imageId === id);
  }
}

import {
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
import { parseUriList, uriList } from '../model/uri-list.ts';
import { describeDuration } from '../model/durations.ts';
import { followAges } from './ages.ts';
import { imageItem, imageTooltip, repositoryItem } from './image-item.ts';
import { Redraws } from './redraws.ts';

type Node = RepositoryNode | ImageNode;

/** The tree of images: repositories, and below each its tags. Archives that are dropped on it are brought in. */
export class ImagesView implements TreeDataProvider<Node>, TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [];
  readonly dropMimeTypes = [uriList];
  readonly #images: Images;
  readonly #containers: Containers;
  readonly #redraws: Redraws<Node>;
  readonly #shown = new Listeners<void>();
  readonly #dropped = new Listeners<string[]>();
  /** The rows of images that VS Code has, by their repository, since it knows rows by identity. Those without a name are under ''. */
  readonly #handedOut = new Map<string, ImageNode[]>();
  readonly #tree: TreeView<Node>;
  readonly #subscriptions: Subscription[];
  readonly onDidChangeTreeData;

  /** `listed`: settles with the first list. */
  constructor(images: Images, containers: Containers, listed: () => Promise<unknown>) {
    this.#redraws = new Redraws<Node>(() => this.#tree, listed);
    this.onDidChangeTreeData = this.#redraws.event;
    this.#images = images;
    this.#containers = containers;
    this.#tree = window.createTreeView('skiff.images', {
      treeDataProvider: this,
      dragAndDropController: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      images.onChanged(() => this.#redraws.all()),
      // Which containers use an image changes with the containers.
      containers.onChanged(({ kind }) => kind === 'list' && this.#redraws.all()),
      this.#tree.onDidChangeVisibility(({ visible }) => visible && this.#shown.fire()),
      followAges(
        this.#tree,
        () =>
          images.all.map(({ createdAt }) => createdAt && describeDuration(Date.now() - Date.parse(createdAt))).join(),
        () => this.#redraws.rows([...this.#handedOut.values()].flat()),
      ),
      this.#tree,
      this.#redraws,
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

  get selection(): readonly unknown[] {
    return this.#tree.selection;
  }

  get visible(): boolean {
    return this.#tree.visible;
  }

  getChildren(node?: Node): Node[] | Promise<Node[]> {
    if (!node) return this.#redraws.top(() => this.#top());
    return node.kind === 'image' ? [] : this.#handOut(node.name, this.#tagsOf(node));
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
    this.#dropped.fire(parseUriList(text));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #top(): Node[] {
    const { repositories, unnamed } = groupImages(this.#images.all);
    this.#handedOut.clear();
    return [...repositories.map(({ name }): Node => ({ kind: 'repository', name })), ...this.#handOut('', unnamed)];
  }

  #handOut(repository: string, rows: ImageNode[]): ImageNode[] {
    this.#handedOut.set(repository, rows);
    return rows;
  }

  #tagsOf({ name }: RepositoryNode): ImageNode[] {
    return groupImages(this.#images.all).repositories.find((one) => one.name === name)?.images ?? [];
  }

  #usersOf({ id }: ImageNode): ContainerSummary[] {
    return this.#containers.all.filter(({ imageId }) => imageId === id);
  }
}

import {
  DataTransferItem,
  Uri,
  type CancellationToken,
  type DataTransfer,
  type DataTransferFile,
  type TreeDragAndDropController,
} from 'vscode';
import { filePlace, folderOf } from '../model/file-places.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import { isFileNode, isPartNode } from '../model/nodes.ts';

/** What was dropped on a folder of a container: URIs of files that this side knows, and files of which only a browser has the bytes. */
export type FileDrop = {
  container: string;
  folder: string;
  uris: readonly string[];
  files: readonly DataTransferFile[];
};

const uriList = 'text/uri-list';

/** Files are dragged from the tree, and dropped on folders in it: from the Explorer, the desktop or the tree itself. */
export class FileDrags<Node> implements TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [uriList];
  readonly dropMimeTypes = [uriList, 'files'];
  readonly #dropped = new Listeners<FileDrop>();

  onDropped(listener: (drop: FileDrop) => void): Subscription {
    return this.#dropped.add(listener);
  }

  handleDrag(nodes: readonly Node[], data: DataTransfer): void {
    const places = nodes.flatMap((node) => (isFileNode(node) ? Uri.from(filePlace(node.container, node.path)) : []));
    if (places.length > 0) data.set(uriList, new DataTransferItem(places.map(String).join('\r\n')));
  }

  async handleDrop(target: Node | undefined, data: DataTransfer, token: CancellationToken): Promise<void> {
    const place = placeOf(target);
    if (!place) return;
    const files: DataTransferFile[] = [];
    for (const [, item] of data) {
      const file = item.asFile();
      if (file) files.push(file);
    }
    const text = (await data.get(uriList)?.asString()) ?? '';
    const uris = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
    if (!token.isCancellationRequested) this.#dropped.fire({ ...place, uris, files });
  }
}

function placeOf(target: unknown): { container: string; folder: string } | undefined {
  if (isFileNode(target)) {
    const { container, path, file } = target;
    return { container, folder: file.kind === 'directory' ? path : folderOf(path) };
  }
  return isPartNode(target) && target.part === 'files' ? { container: target.container, folder: '/' } : undefined;
}

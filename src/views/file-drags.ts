import {
  DataTransferItem,
  Uri,
  type CancellationToken,
  type DataTransfer,
  type DataTransferFile,
  type TreeDragAndDropController,
} from 'vscode';
import { filePlace } from '../model/file-places.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import { folderOfRow, isFileNode } from '../model/nodes.ts';
import { formatUriList, parseUriList, uriList } from '../model/uri-list.ts';

/** What was dropped on a folder of a container: URIs of files that this side knows, and files of which only a browser has the bytes. */
export type FileDrop = {
  container: string;
  folder: string;
  uris: readonly string[];
  files: readonly DataTransferFile[];
};

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
    if (places.length > 0) data.set(uriList, new DataTransferItem(formatUriList(places.map(String))));
  }

  async handleDrop(target: Node | undefined, data: DataTransfer, token: CancellationToken): Promise<void> {
    const place = folderOfRow(target);
    if (!place) return;
    const files: DataTransferFile[] = [];
    for (const [, item] of data) {
      const file = item.asFile();
      if (file) files.push(file);
    }
    const text = (await data.get(uriList)?.asString()) ?? '';
    if (!token.isCancellationRequested) this.#dropped.fire({ ...place, uris: parseUriList(text), files });
  }
}

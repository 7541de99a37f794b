/** Keys in our views: what they do depends on the rows that are selected. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  isChangeNode,
  isContainerNode,
  isFileNode,
  isGroupNode,
  isImageNode,
  isNetworkNode,
  isVolumeNode,
} from '../model/nodes.ts';
import { discardChanges } from './files/changes.ts';
import type { Command, CommandContext } from './context.ts';
import { deleteFileRows, renameFileRow } from './files/file-rows.ts';
import { removeImage } from './images/remove.ts';
import { removeNetwork } from './networks/remove.ts';
import { remove } from './containers/remove.ts';
import { rename } from './containers/rename.ts';
import { removeVolume } from './volumes.ts';

export async function renameSelected(context: CommandContext): Promise<void> {
  const rows = await selectedRows(context, 'skiff.containers');
  const [first] = rows;
  if (isContainerNode(first)) await rename(context, first, rows);
  else if (isFileNode(first)) await renameFileRow(context, first, rows);
}

/** `args`: the view that has the keys, as the manifest says beside the key; absent: the Containers view. */
export async function deleteSelected(context: CommandContext, ...args: unknown[]): Promise<void> {
  const rows = await selectedRows(context, typeof args[0] === 'string' ? args[0] : 'skiff.containers');
  const [first] = rows;
  const command = deletions.find(({ is }) => is(first))?.command;
  if (command) await command(context, first, rows);
}

const deletions: { is: (row: unknown) => boolean; command: Command }[] = [
  { is: isContainerNode, command: remove },
  { is: isGroupNode, command: remove },
  { is: isFileNode, command: deleteFileRows },
  { is: isChangeNode, command: discardChanges },
  { is: isImageNode, command: removeImage },
  { is: isNetworkNode, command: removeNetwork },
  { is: isVolumeNode, command: removeVolume },
];

/** For as long as it takes VS Code to draw rows anew, nothing is selected to us: the keys were meant for what is again in a moment. */
async function selectedRows(context: CommandContext, view: string): Promise<readonly unknown[]> {
  for (let tries = 0; tries < 60 && context.selectedRows(view).length === 0; tries += 1) await delay(50);
  return context.selectedRows(view);
}

/** Keys in the Containers view: what they do depends on the rows that are selected. */
import { setTimeout as delay } from 'node:timers/promises';
import { isChangeNode, isContainerNode, isFileNode } from '../model/nodes.ts';
import { discardChanges } from './changes.ts';
import type { CommandContext } from './context.ts';
import { deleteFileRows, renameFileRow } from './file-rows.ts';
import { remove } from './remove.ts';
import { rename } from './rename.ts';

export async function renameSelected(context: CommandContext): Promise<void> {
  const rows = await selectedRows(context);
  const [first] = rows;
  if (isContainerNode(first)) await rename(context, first, rows);
  else if (isFileNode(first)) await renameFileRow(context, first, rows);
}

export async function deleteSelected(context: CommandContext): Promise<void> {
  const rows = await selectedRows(context);
  const [first] = rows;
  if (isContainerNode(first)) await remove(context, first, rows);
  else if (isFileNode(first)) await deleteFileRows(context, first, rows);
  else if (isChangeNode(first)) await discardChanges(context, first, rows);
}

/** For as long as it takes VS Code to draw rows anew, nothing is selected to us: the keys were meant for what is again in a moment. */
async function selectedRows(context: CommandContext): Promise<ReturnType<CommandContext['selectedRows']>> {
  for (let tries = 0; tries < 20 && context.selectedRows().length === 0; tries += 1) await delay(50);
  return context.selectedRows();
}

import { window, workspace } from 'vscode';
import { plainFileName } from '../model/file-words.ts';
import type { Documents } from './documents.ts';

/** Shows what is known of a thing as a read-only JSON document, which VS Code outlines and folds. `name` is its tab's, without `.json`. */
export async function showJson(
  documents: Documents,
  name: string,
  document: unknown,
  { preview }: { preview: boolean },
): Promise<void> {
  const uri = documents.put(`${plainFileName(name)}.json`, `${JSON.stringify(document, undefined, 2)}\n`);
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview });
}

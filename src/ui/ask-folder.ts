import { window, type OpenDialogOptions, type Uri } from 'vscode';

/** Asks for a folder of this machine; undefined: taken back. */
export async function askFolder(options: OpenDialogOptions): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({ ...options, canSelectFiles: false, canSelectFolders: true });
  return chosen?.[0];
}

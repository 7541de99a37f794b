import { Uri, workspace } from 'vscode';
import { plainFileName } from '../model/file-words.ts';

/** Where to save something: in the workspace, or else where the user is at home. On this machine: a folder may be a container's, too. */
export function fileSuggestion(name: string): Uri {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  return Uri.joinPath(folder ?? Uri.file(process.env['HOME'] ?? '/'), plainFileName(name));
}

import type { EnvironmentVariableCollection } from 'vscode';
import { commandLineFolder, nodePath } from './launch.ts';
import { t } from '../model/l10n.ts';

/** Puts `skiff` on PATH in every integrated terminal, with the Node that a helper of its own would be started by. */
export function offerCommandLine(collection: EnvironmentVariableCollection, extensionPath: string): void {
  // The next window sets its own: values kept from an earlier version of the extension would name files that are gone.
  collection.persistent = false;
  collection.description = t('Puts the `skiff` command on PATH');
  collection.prepend('PATH', `${commandLineFolder(extensionPath)}:`);
  collection.replace('SKIFF_NODE', nodePath());
}

/** Lets `skiff` in new terminals use this window's helper. */
export function offerSocket(collection: EnvironmentVariableCollection, socket: string): void {
  collection.replace('SKIFF_SOCKET', socket);
}

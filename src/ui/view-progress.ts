import { window } from 'vscode';

/** Shows a moving bar in the Containers view while something takes time there. */
export async function withViewProgress(action: () => Promise<void>): Promise<void> {
  await window.withProgress({ location: { viewId: 'skiff.containers' } }, action);
}

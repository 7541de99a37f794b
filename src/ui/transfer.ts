import { ProgressLocation, window, type CancellationToken } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import { TransferProgress } from '../model/transfer-progress.ts';

let transfers = 0;

/** Does something that takes time, with a bar that moves and can be canceled. `work` passes both on with its request. */
export async function transfer<T>(
  client: Client,
  title: string,
  work: (progress: string, token: CancellationToken) => Promise<T>,
): Promise<T> {
  const name = `transfer-${++transfers}`;
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, async (bar, token) => {
    const known = new TransferProgress();
    let shown = 0;
    const listening = client.onProgressed(({ operation, steps }) => {
      if (operation !== name) return;
      known.add(steps);
      const increment = Math.max(0, known.fraction * 100 - shown);
      shown += increment;
      bar.report({ message: known.describe(), increment });
    });
    try {
      return await work(name, token);
    } finally {
      listening.dispose();
    }
  });
}

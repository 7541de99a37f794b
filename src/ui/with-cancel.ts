import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { cleanLine } from '../model/clean-text.ts';

/** Shows that something takes time of which nobody knows how much, and lets it be canceled. */
export async function withCancel<T>(title: string, work: (token: CancellationToken) => Promise<T>): Promise<T> {
  const options = { location: ProgressLocation.Notification, title: cleanLine(title), cancellable: true };
  return window.withProgress(options, (_bar, token) => work(token));
}

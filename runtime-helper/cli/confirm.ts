import { readLine } from './read-line.ts';
import type { Terminal } from './terminal.ts';

/** Asks as Docker does before something is removed; no answer is a no. */
export async function confirm(terminal: Terminal, warning: string): Promise<boolean> {
  terminal.stdout(`WARNING! ${warning}\nAre you sure you want to continue? [y/N] `);
  const answer = await readLine(terminal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

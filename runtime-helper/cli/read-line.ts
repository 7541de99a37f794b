import type { Terminal } from './terminal.ts';

const maxBytes = 64 * 1024;

/** The first line of standard input, without its end; what follows is not read by us. Undefined: there was none. */
export async function readLine(terminal: Terminal): Promise<string | undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of terminal.readStdin()) {
    bytes = Buffer.concat([bytes, chunk]);
    if (chunk.includes('\n') || bytes.length > maxBytes) break;
  }
  const text = bytes.toString('utf8');
  return text === '' ? undefined : (text.split('\n')[0] ?? '').replace(/\r$/, '');
}

import type { Client } from '../../runtime-helper/client/client.ts';
import { cleanLine } from '../model/clean-text.ts';
import type { Streams } from '../streams/streams.ts';

/** The last lines of a container's log that say something, in the order they were written. */
export async function lastLines(client: Client, streams: Streams, id: string, count: number): Promise<string[]> {
  const { stream } = await client.containerLogs({ id, tail: count });
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve) => {
    streams.claim(stream, { wrote: (_, bytes) => chunks.push(bytes), ended: () => resolve(), lost: () => resolve() });
  });
  const lines = Buffer.concat(chunks).toString().split('\n').map(cleanLine);
  return lines.filter((line) => line !== '');
}

type Checked = { State?: { Health?: { Log?: { Output?: string }[] | null } | null } };

/** What its last health check said. */
export async function lastCheckLines(client: Client, id: string): Promise<string[]> {
  const { State } = (await client.inspectContainer({ id })).document as Checked;
  const output = State?.Health?.Log?.at(-1)?.Output ?? '';
  return output
    .split('\n')
    .map(cleanLine)
    .filter((line) => line !== '');
}

import type { LogChunk } from '../../engine/index.ts';
import { asSkiffError } from '../../lib/errors.ts';
import type { OutputPump } from './output-pump.ts';
import type { StreamTable } from './stream-table.ts';

/** Opens a stream that brings a log; returns its name. `read` is told by its signal when nobody listens any more. */
export function openLogStream(streams: StreamTable, read: (signal: AbortSignal) => AsyncIterable<LogChunk>): string {
  return streams.open((pump, ended) => {
    const aborter = new AbortController();
    bring(read(aborter.signal), pump).then(
      () => ended({}),
      (error: unknown) => ended({ error: asSkiffError(error).message }),
    );
    // The file waits for us.
    return { hold: () => {}, close: () => aborter.abort() };
  });
}

async function bring(chunks: AsyncIterable<LogChunk>, pump: OutputPump): Promise<void> {
  for await (const { channel, bytes } of chunks) {
    pump.push(channel, bytes);
    await pump.drained();
  }
}

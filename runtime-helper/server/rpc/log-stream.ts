import type { LogEntry } from '../../engine/index.ts';
import { asSkiffError } from '../../lib/errors.ts';
import type { OutputPump } from './output-pump.ts';
import type { StreamTable } from './stream-table.ts';

type Options = { timestamps: boolean };

/** Opens a stream that brings a log; returns its name. `read` is told by its signal when nobody listens any more. */
export function openLogStream(
  streams: StreamTable,
  read: (signal: AbortSignal) => AsyncIterable<LogEntry>,
  options: Options,
): string {
  return streams.open((pump, ended) => {
    const aborter = new AbortController();
    bring(read(aborter.signal), pump, options).then(
      () => ended({}),
      (error: unknown) => ended({ error: asSkiffError(error).message }),
    );
    // The file waits for us.
    return { hold: () => {}, close: () => aborter.abort() };
  });
}

async function bring(entries: AsyncIterable<LogEntry>, pump: OutputPump, { timestamps }: Options): Promise<void> {
  const startsLine = { stdout: true, stderr: true };
  for await (const { channel, text, time } of entries) {
    if (timestamps && startsLine[channel]) pump.push(channel, Buffer.from(`${time} `));
    startsLine[channel] = text.at(-1) === 0x0a;
    pump.push(channel, text);
    await pump.drained();
  }
}

/**
 * The framing of JSON-RPC over a stream (Language Server Protocol, Base Protocol): header lines, an empty line, a body of
 * `Content-Length` bytes.
 */
import { SkiffError } from '../../lib/errors.ts';

/** The two headers that there are take less than a hundred bytes. */
const maxHeaderLength = 1024;
/** Bytes travel in pieces of 64 KiB: nobody needs a message of this length. */
export const maxBodyLength = 8 * 1024 * 1024;

const headerEnd = Buffer.from('\r\n\r\n');

/**
 * The bodies of the messages on `stream`. Throws invalid-argument for what is not our framing: where the next message would begin
 * nobody knows then, so the connection can't be used any more. vscode-jsonrpc's own reader would stay, and hear nothing.
 */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let length = 0;
  /** Of the message that is being read; absent: its header has not come yet. */
  let wanted: number | undefined;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    // A body in many chunks is put together once.
    if (wanted !== undefined && length < wanted) continue;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      if (wanted === undefined) {
        const header = takeHeader(bytes);
        if (header === undefined) break;
        wanted = parseHeader(header);
        bytes = bytes.subarray(header.length + headerEnd.length);
      }
      if (bytes.length < wanted) break;
      yield bytes.subarray(0, wanted);
      bytes = bytes.subarray(wanted);
      wanted = undefined;
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    length = bytes.length;
  }
  if (length > 0 || wanted !== undefined) throw broken('the input ended within a message');
}

/** Absent: it is not complete yet. */
function takeHeader(bytes: Buffer): Buffer | undefined {
  const end = bytes.indexOf(headerEnd);
  if (end > maxHeaderLength || (end < 0 && bytes.length > maxHeaderLength)) throw broken('a header without end');
  return end < 0 ? undefined : bytes.subarray(0, end);
}

function parseHeader(header: Buffer): number {
  let length: number | undefined;
  for (const line of header.toString('latin1').split('\r\n')) {
    const [, name, value = ''] = /^([!-9;-~]+): *(.*?) *$/.exec(line) ?? [];
    if (name === undefined) throw broken(`the header line ${quote(line)}`);
    if (name.toLowerCase() !== 'content-length') continue;
    if (length !== undefined) throw broken('two lengths in one header');
    if (!/^\d{1,15}$/.test(value)) throw broken(`the length ${quote(value)}`);
    length = Number(value);
  }
  if (length === undefined) throw broken('a header without Content-Length');
  if (length > maxBodyLength) throw broken(`a message of ${length} bytes`);
  return length;
}

function broken(what: string): SkiffError {
  return new SkiffError('invalid-argument', `the connection is broken: ${what}`);
}

const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

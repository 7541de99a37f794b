import type { Segment, TarEntry } from './tar-reader.ts';

/** A file with more than that in holes stays sparse: a disk image would be all zeros in every registry. */
const mostBytes = 256 * 1024 * 1024;
const zeros = Buffer.alloc(64 * 1024);

/**
 * The entries of a layer, with zeros where files have holes, as Docker writes them: what takes layers apart to put them together again (tar-split, in
 * docker and podman) can't save or push one with sparse entries.
 */
export async function* fillHoles(entries: AsyncIterable<TarEntry>): AsyncGenerator<TarEntry, void, undefined> {
  for await (const entry of entries) {
    const { segments, contentAtOnce: _, ...whole } = entry;
    const holes = entry.size - (segments ?? []).reduce((sum, { length }) => sum + length, 0);
    yield segments && holes <= mostBytes ? { ...whole, content: () => filled(entry, segments) } : entry;
  }
}

/** `content` is that of the segments only, one after the other. */
async function* filled(
  { size, content }: TarEntry,
  segments: readonly Segment[],
): AsyncGenerator<Buffer, void, undefined> {
  const rest = segments.filter(({ length }) => length > 0);
  let at = 0;
  for await (const piece of content())
    for (let taken = 0; taken < piece.length;) {
      const [segment] = rest;
      if (!segment) return;
      yield* zerosOf(segment.offset - at);
      at = Math.max(at, segment.offset);
      const end = segment.offset + segment.length;
      const part = piece.subarray(taken, taken + end - at);
      yield part;
      at += part.length;
      taken += part.length;
      if (at === end) rest.shift();
    }
  yield* zerosOf(size - at);
}

function* zerosOf(count: number): Generator<Buffer, void, undefined> {
  for (let left = count; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length));
}

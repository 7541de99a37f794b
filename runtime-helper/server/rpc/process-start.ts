import type { Starting } from '../../engine/index.ts';
import type { Context } from './method.ts';
import { openProcessStream } from './process-stream.ts';

/** A stream onto what waits for it to begin; throws when it could not begin. */
export async function openStarting(
  { streams }: Context,
  { socket, started }: Starting,
  how: { input: boolean; columns: number; rows: number },
): Promise<string> {
  const stream = await openProcessStream(streams, { socket, ...how }).catch(async (error: unknown) => {
    // Why it failed to begin says more than that nobody listens any more.
    await started;
    throw error;
  });
  try {
    await started;
    return stream;
  } catch (error) {
    streams.close(stream);
    throw error;
  }
}

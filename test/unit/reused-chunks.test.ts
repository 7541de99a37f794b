import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connectChunks } from '../../runtime-helper/sys/connect.ts';
import type { ReusedChunks } from '../../runtime-helper/sys/reused-chunks.ts';

/** What somebody reads of `served`. */
async function withChunks(
  served: (peer: Socket) => void,
  read: (chunks: ReusedChunks, socket: Socket) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-chunks-'));
  const path = join(folder, 'socket');
  const server = createServer(served);
  try {
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    const { socket, chunks } = await connectChunks(path);
    await read(chunks, socket);
    socket.destroy();
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

describe('chunks of a socket in reused buffers', () => {
  const sent = randomBytes(5 * 1024 * 1024);

  it('are all that was sent, however slowly they are taken', () =>
    withChunks(
      (peer) => peer.end(sent),
      async (chunks) => {
        const parts: Buffer[] = [];
        let count = 0;
        for await (const chunk of chunks) {
          // Lets the socket fill what it may.
          if (count++ % 4 === 0) for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          parts.push(Buffer.from(chunk));
        }
        assert.ok(Buffer.concat(parts).equals(sent));
      },
    ));

  it('are good until the next one is asked for', () =>
    withChunks(
      (peer) => peer.end(sent),
      async (chunks) => {
        let at = 0;
        for await (const chunk of chunks) {
          for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
          assert.ok(sent.subarray(at, at + chunk.length).equals(chunk));
          at += chunk.length;
        }
        assert.equal(at, sent.length);
      },
    ));

  it('end when the peer has gone', () =>
    withChunks(
      (peer) => peer.write('half', () => peer.destroy()),
      async (chunks) => {
        const parts: Buffer[] = [];
        for await (const chunk of chunks) parts.push(Buffer.from(chunk));
        assert.equal(Buffer.concat(parts).toString(), 'half');
      },
    ));

  it('end when nobody wants them any more', () =>
    withChunks(
      (peer) => {
        peer.on('error', () => {});
        peer.write(sent);
      },
      async (chunks, socket) => {
        for await (const chunk of chunks) if (chunk.length > 0) break;
        assert.ok(socket.destroyed);
        assert.equal((await chunks.next()).done, true);
      },
    ));
});

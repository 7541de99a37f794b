import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { MonitorClient } from '../../runtime-helper/container/monitor-client.ts';
import { connectMonitor } from '../../runtime-helper/sys/connect.ts';

it('a monitor that is gone is asked nothing more: the answer is there at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-monitor-'));
  const path = join(folder, 'attach.sock');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    const monitor = await MonitorClient.connect(path);
    assert.equal(await monitor.exited, undefined);
    monitor.close();
    // The socket's 'close' comes at the end of a turn of the event loop.
    for (let turns = 0; turns < 3; turns += 1) await turn();
    assert.equal(await monitor.freeze(true), constants.errno.ESRCH);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

it('a monitor that has hung up is read to its last word, though somebody still writes to it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-monitor-'));
  const path = join(folder, 'attach.sock');
  const hungUp = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.once('close', () => hungUp.resolve()).end('last words', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    const socket = await connectMonitor(path);
    await hungUp.promise;
    for (let times = 0; times < 3; times += 1) socket.write('in vain');
    await turn();
    assert.equal(await text(socket), 'last words');
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

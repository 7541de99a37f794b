import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MonitorClient } from '../../runtime-helper/container/monitor-client.ts';

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

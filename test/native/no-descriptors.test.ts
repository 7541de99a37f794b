import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, NativeStore } from '../support/native-store.ts';
import { noStrace, traceOf } from '../support/traced-request.ts';
import { until } from '../support/wait.ts';

describe('a monitor that has no descriptor left', { skip: noStrace }, () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  const descriptorsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/fd`).map(Number);
  const limit = (pid: number, most: number): Buffer => execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${most}:`]);
  const running = () =>
    store.runDetached({ args: ['/bin/cat'], plan: { tty: true }, start: { columns: 80, rows: 24, stdin: 'open' } });
  const attach = (socket: string): Promise<Client> =>
    Client.attach(socket, { input: true, lossless: false, replay: 65_536 });

  it('serves those whom it has, lets the others wait without asking all the time, and in when somebody goes', async () => {
    const { socket, monitor } = await running();
    const first = await attach(socket);
    first.type('here\r');
    await first.sees(/here\r\nhere\r\n/);
    const most = Math.max(...descriptorsOf(monitor)) + 3;
    limit(monitor, most);
    const others = await Promise.all(Array.from({ length: 20 }, () => attach(socket)));
    await until('it is full', () => descriptorsOf(monitor).length === most);
    const calls = await traceOf(monitor, 'accept4');
    const begun = performance.now();
    for (let round = 0; performance.now() - begun < 1000; round += 1) {
      first.type(`round ${round}\r`);
      await first.sees(new RegExp(`round ${round}\r\nround ${round}\r\n`));
      await delay(50);
    }
    const asked = (await calls()).filter((line) => line.includes('EMFILE')).length;
    assert.ok(asked >= 1 && asked * 50 < performance.now() - begun, `${asked} times`);
    const last = others.pop() ?? assert.fail();
    for (const one of [first, ...others]) one.socket.destroy();
    last.type('still here\r');
    await last.sees(/still here\r\nstill here\r\n/);
    last.socket.destroy();
  });
});

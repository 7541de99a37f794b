import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { HelperWindow } from '../support/helper-window.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const size = { columns: 80, rows: 24 };
const host = (script: string) => ({ image: '@host', command: ['sh', '-c', script], network: 'none' as const });

describe('a window that does not read', () => {
  const store = new TestStore();
  let slow: HelperWindow;
  let other: HelperWindow;
  before(async () => {
    [slow, other] = await Promise.all([HelperWindow.open(store), HelperWindow.open(store)]);
  });
  after(async () => {
    slow.helper.child.kill('SIGKILL');
    await other.close();
    await store.dispose();
  });

  const residentKiB = (pid: number): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

  it('holds back neither the container nor other windows, and costs its helper no memory', async () => {
    const { id, stream = '' } = await slow.client.runContainer({
      ...host(
        'while :; do read command; case $command in flood) seq 1 3000000;; *) echo "heard $command";; esac; done',
      ),
      tty: true,
      interactive: true,
      attach: size,
    });
    const { stream: watching } = await other.client.attachContainer({ id, ...size });
    slow.helper.child.stdout.pause();
    const pid = slow.helper.child.pid ?? 0;
    const empty = residentKiB(pid);
    await other.type(watching, 'flood\r');
    await other.sees(watching, /\n3000000\r\n/);
    await other.type(watching, 'again\r');
    await other.sees(watching, /heard again/);
    assert.ok(residentKiB(pid) - empty < 40_000, `the helper grew from ${empty} to ${residentKiB(pid)} KiB`);

    slow.helper.child.stdout.resume();
    await until('the window is told of what it missed', () => /bytes left out\]/.test(slow.stream(stream).stderr));
    await slow.type(stream, 'now\r');
    await slow.sees(stream, /heard now/);
    assert.ok(slow.stream(stream).stdout.length < 8_000_000);
  });

  it('gets no answers, and is not listened to either, until it reads', async () => {
    slow.helper.child.stdout.pause();
    const pid = slow.helper.child.pid ?? 0;
    const empty = residentKiB(pid);
    const many = Array.from({ length: 20_000 }, () => slow.client.engineInfo());
    // What it does not take from the pipe waits on our side.
    await until('the helper stops reading', () => slow.helper.child.stdin.writableLength > 0);
    assert.ok(residentKiB(pid) - empty < 40_000, `the helper grew from ${empty} to ${residentKiB(pid)} KiB`);
    slow.helper.child.stdout.resume();
    assert.equal((await Promise.all(many)).length, 20_000);
  });
});

describe('a window that floods', () => {
  const store = new TestStore();
  let window: HelperWindow;
  before(async () => {
    window = await HelperWindow.open(store);
  });
  after(async () => {
    await window.close();
    await store.dispose();
  });

  it('waits while a process takes no input, and others go on', async () => {
    const { id, stream = '' } = await window.client.runContainer({
      ...host('trap "head -c 4000000 | wc -c; exit" USR1; echo ready; sleep 1000 & wait; wait'),
      interactive: true,
      attach: size,
    });
    await window.sees(stream, /ready/);
    let taken = 0;
    const piece = Buffer.alloc(40_000, 'x').toString('base64');
    const writes = Array.from({ length: 100 }, () =>
      window.client.writeStream({ stream, data: piece }).then(() => (taken += 1)),
    );
    const { containers } = await window.client.listContainers({ all: true });
    assert.equal(containers.length, 1);
    assert.ok(taken < 100, 'a process that reads nothing took 4 MB');
    await store.succeed(['kill', '--signal', 'USR1', id]);
    await window.sees(stream, /4000000/);
    await Promise.allSettled(writes);
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attachToEnd, NativeStore } from '../support/native-store.ts';
import { until } from '../support/wait.ts';

const refused =
  /^SkiffError: (cwd|exec): \/proc\/self\/fd\/\S+: (no such file or directory|not a directory|too many symbolic links encountered)$/;

/** More than a monitor has before a process of the container is exec'ed. */
const numbers = Array.from({ length: 30 }, (_, index) => index + 3);

/** Has a pid in the container's namespace, too. */
const isInside = (pid: number): boolean => /^NSpid:(\t\d+){2}$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

// CVE-2024-21626: the host's directories that a runtime has open are behind /proc/self/fd.
describe('descriptors of ours', () => {
  let store: NativeStore;
  let container: { id: string; pid: number };
  before(async () => {
    store = await NativeStore.open();
    container = await store.runDetached({ args: ['/bin/sleep', '1000'] });
  });
  after(() => store.dispose());

  it('are no way out of a container by its working directory', async () => {
    for (const number of numbers)
      await assert.rejects(
        store.runToEnd({ args: ['/bin/ls'], plan: { cwd: `/proc/self/fd/${number}` } }),
        refused,
        String(number),
      );
  });

  it('are no way out of a container by that of a process that joins it', async () => {
    for (const number of numbers)
      await assert.rejects(
        attachToEnd(store.exec(container.id, { args: ['/bin/ls'], plan: { cwd: `/proc/self/fd/${number}` } })),
        refused,
        String(number),
      );
  });

  it('lead to no program of the host', async () => {
    for (const number of numbers) {
      const program = `/proc/self/fd/${number}/layers/${store.busybox}/diff/bin/true`;
      await assert.rejects(store.runToEnd({ args: [program] }), refused, program);
      await assert.rejects(attachToEnd(store.exec(container.id, { args: [program] })), refused, program);
    }
  });

  it('are not open in a process that the container can see, where it waits to be exec’ed', async () => {
    const session = store.exec(container.id, { args: ['/bin/true'] });
    const processes = join(store.cgroup, container.id, 'cgroup.procs');
    await until('the process has nothing open but its stdio and its monitor', () => {
      const pids = readFileSync(processes, 'utf8').trim().split('\n').map(Number);
      const pid = pids.find((one) => one !== container.pid && isInside(one));
      const open =
        pid === undefined ? [] : readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));
      const others = open.filter((target) => !/^(\/dev\/null|(pipe|socket):\[\d+\])$/.test(target));
      if (others.length > 0) throw new Error(others.join(' '));
      return open.length > 0;
    });
    await attachToEnd(session);
  });
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { it } from 'node:test';
import { awaitReady } from '../../runtime-helper/sys/spawner-start.ts';
import { nativeBinary } from '../support/native-store.ts';

const setting = '/proc/sys/vm/memfd_noexec';

it(
  'the spawner runs from a sealed copy of itself, also where memory is not executable unless that is asked for',
  { skip: existsSync(setting) ? false : 'this kernel has no such setting' },
  async () => {
    // The setting belongs to a pid namespace.
    const script = `echo 1 > ${setting} && exec "$0" --spawner`;
    const args = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script, nativeBinary];
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    try {
      const outcome = await awaitReady(child, { log: () => {} });
      assert.equal(outcome.kind, 'ready', JSON.stringify(outcome));
      const inner = readlinkSync(`/proc/${child.pid}/ns/pid_for_children`);
      const programs = readdirSync('/proc').flatMap((pid) => programOf(pid, inner) ?? []);
      assert.notDeepEqual(programs, []);
      for (const program of programs) assert.match(program, /^\/memfd:skiff/);
    } finally {
      child.stdin.end();
      child.kill('SIGKILL');
    }
  },
);

it(
  'the spawner does not run at all where memory can’t be executed, and says so',
  { skip: existsSync(setting) ? false : 'this kernel has no such setting' },
  () => {
    const script = `echo 2 > ${setting} && exec "$0" --spawner`;
    const args = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script, nativeBinary];
    const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', input: '' });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^skiff: no copy of this program in memory can be run, .*memfd_noexec/);
  },
);

/** What a process of this pid namespace runs from; undefined for others, and for one that is gone. */
function programOf(pid: string, namespace: string): string | undefined {
  try {
    if (!/^\d+$/.test(pid) || readlinkSync(`/proc/${pid}/ns/pid`) !== namespace) return undefined;
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('skiff') ? readlinkSync(`/proc/${pid}/exe`) : undefined;
  } catch {
    return undefined;
  }
}

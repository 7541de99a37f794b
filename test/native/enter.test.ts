import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attachToEnd, NativeStore } from '../support/native-store.ts';

const kinds = { mount: 'mnt', net: 'net', pid: 'pid', ipc: 'ipc', uts: 'uts', cgroup: 'cgroup' } as const;
const names = Object.keys(kinds) as (keyof typeof kinds)[];

for (const uid of [undefined, 65_534]) {
  const who = uid === undefined ? 'root' : 'an ordinary user';
  describe(`entering a container of ${who}`, () => {
    let store: NativeStore;
    let container: { id: string; pid: number };
    before(async () => {
      store = await NativeStore.open(uid === undefined ? {} : { uid });
      container = await store.runDetached({ args: ['/bin/sleep', '1000'] });
    });
    after(() => store.dispose());

    const enter = async (namespaces: string[], script: string, options = {}): Promise<string> => {
      const { stdout, stderr, exitCode } = await attachToEnd(
        store.enter(container.id, namespaces, ['/bin/sh', '-c', script], options),
      );
      assert.deepEqual([exitCode, stderr], [0, ''], stdout);
      return stdout.trim();
    };

    for (const kind of names.filter((name) => name !== 'mount' && name !== 'pid')) {
      it(`joins its ${kind} namespace, and no other`, async () => {
        const joined = await enter(
          [kind],
          `for n in ${Object.values(kinds).join(' ')}; do readlink /proc/self/ns/$n; done`,
        );
        const expected = names.map((name) =>
          readlinkSync(name === kind ? `/proc/${container.pid}/ns/${kinds[name]}` : `/proc/self/ns/${kinds[name]}`),
        );
        assert.deepEqual(joined.split('\n'), expected);
      });
    }

    it('has the container’s files and processes when it joins these, and not otherwise', async () => {
      assert.equal(await enter(['net'], 'cat /proc/1/comm'), readFileSync('/proc/1/comm', 'utf8').trim());
      assert.equal(
        await enter(['mount', 'pid'], 'ls /; echo; cat /proc/1/comm'),
        'bin\ndev\netc\nproc\nsys\ntmp\n\nsleep',
      );
    });

    it('does not stumble over a user namespace that the container shares with it', async () => {
      assert.equal(await enter([...names, 'user'], 'echo fine'), 'fine');
    });

    it('runs as who asked, with no more rights than he has', async () => {
      const status = await enter(['net'], 'grep -E "^(Uid|Gid|CapEff|CapPrm|NoNewPrivs)" /proc/self/status');
      const fields = Object.fromEntries(status.split('\n').map((line) => line.split(/:\t/) as [string, string]));
      const own = String(uid ?? 0);
      assert.equal(fields['Uid'], [own, own, own, own].join('\t'));
      assert.equal(/^0+$/.test(fields['CapPrm'] ?? ''), uid !== undefined);
      assert.equal(fields['NoNewPrivs'], '0');
    });

    it('gains nothing by a setuid program among the container’s files', async () => {
      const status = await enter(['mount', 'pid'], 'grep NoNewPrivs /proc/self/status');
      assert.equal(status, `NoNewPrivs:\t${uid === undefined ? 0 : 1}`);
    });

    it('begins where it is told, with the rights of who asked, and makes no folder there', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'skiff-enter-'));
      try {
        chmodSync(folder, 0o755);
        assert.equal(await enter(['net'], 'pwd', { cwd: folder }), folder);
        await assert.rejects(attachToEnd(store.enter(container.id, ['net'], ['/bin/true'], { cwd: `${folder}/new` })), {
          message: /No such file|ENOENT/i,
        });
        mkdirSync(join(folder, 'closed'), { mode: 0o700 });
        const closed = store.enter(container.id, ['net'], ['/bin/true'], { cwd: join(folder, 'closed') });
        if (uid === undefined) assert.equal((await attachToEnd(closed)).exitCode, 0);
        else await assert.rejects(attachToEnd(closed), { message: /EACCES|denied/i });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('refuses what is no namespace', async () => {
      await assert.rejects(store.enter(container.id, ['time'], ['/bin/true']).answer, { message: /EINVAL|invalid/i });
    });
  });
}

describe('a user whom /etc/passwd does not know, as those of a directory service', () => {
  it('has the group that he came with', async () => {
    const uid = 1_234_567;
    const store = await NativeStore.open({ uid });
    try {
      const { id } = await store.runDetached({ args: ['/bin/sleep', '1000'] });
      const { stdout } = await attachToEnd(store.enter(id, ['net'], ['/bin/sh', '-c', 'id -u; id -g']));
      assert.equal(stdout, `${uid}\n${uid}\n`);
    } finally {
      await store.dispose();
    }
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeFile } from '../../runtime-helper/cli/output.ts';
import { isAlive } from '../../runtime-helper/lib/process-stamp.ts';
import { sweepTemporary, temporaryPath } from '../../runtime-helper/lib/temporary-file.ts';
import { temporaryPathOfTheDead } from '../support/temporary-path.ts';
import { until } from '../support/wait.ts';

describe('temporary files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'skiff-temporary-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('of a process that is gone are taken away, and nothing else', () => {
    const mine = temporaryPath(join(folder, 'record.json'));
    const dead = temporaryPathOfTheDead(join(folder, 'record.json'));
    const others = ['record.json', 'x.tmp', `${'1'.repeat(64)}`, `.1-2.tmp`];
    for (const path of [mine, dead, ...others.map((name) => join(folder, name))]) writeFileSync(path, 'twelve bytes');
    const deadFolder = temporaryPathOfTheDead(`${folder}/`);
    mkdirSync(join(deadFolder, 'leases'), { recursive: true });
    assert.equal(sweepTemporary(folder), 'twelve bytes'.length);
    assert.deepEqual(readdirSync(folder).toSorted(), [basename(mine), ...others].toSorted());
  });

  it('are in the folder of the file that they will be, each under another name', () => {
    const names = [temporaryPath('/a/b'), temporaryPath('/a/b')];
    for (const name of names) assert.match(name, /^\/a\/b\.\d+-\d+-[0-9a-f]{12}\.tmp$/);
    assert.equal(new Set(names).size, 2);
  });

  it('are none in a folder that is not there', () => {
    assert.equal(sweepTemporary(join(folder, 'missing')), 0);
  });

  it('are gone with the next archive that is written to the same file', async () => {
    const inside = mkdtempSync(join(folder, 'archive-'));
    const path = join(inside, 'saved.tar');
    const [dead, others] = [temporaryPathOfTheDead(path), temporaryPathOfTheDead(join(inside, 'another.tar'))];
    for (const one of [dead, others]) writeFileSync(one, '');
    async function* content(): AsyncGenerator<Buffer> {
      yield Buffer.from('whole');
    }
    await writeFile(content(), path);
    assert.deepEqual(readdirSync(inside).toSorted(), [basename(others), 'saved.tar']);
    assert.equal(readFileSync(path, 'utf8'), 'whole');
  });
});

describe('a process', () => {
  it('that has ended is not alive, even when nobody reaps it', async () => {
    // exec(2) keeps the child, of which sleep(1) knows nothing.
    const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
      const pid = Number(chunk.toString());
      process.kill(pid, 'SIGKILL');
      const fields = (): string[] =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
      await until('it has ended', () => fields()[0] === 'Z');
      assert.equal(isAlive(`${pid} ${fields()[19]}`), false);
      assert.equal(
        isAlive(
          `${process.pid} ${
            readFileSync('/proc/self/stat', 'utf8')
              .replace(/^.*\) /, '')
              .split(' ')[19]
          }`,
        ),
        true,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });
});

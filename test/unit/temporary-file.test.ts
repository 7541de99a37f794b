import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { sweepTemporary, temporaryPath } from '../../runtime-helper/lib/temporary-file.ts';

describe('temporary files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'skiff-temporary-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What another process calls its own, which then ends. */
  const ofTheDead = (path: string): string => {
    const module = pathToFileURL(join(import.meta.dirname, '../../runtime-helper/lib/temporary-file.ts')).href;
    const script = `import { temporaryPath } from ${JSON.stringify(module)}; process.stdout.write(temporaryPath(${JSON.stringify(path)}))`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
  };

  it('of a process that is gone are taken away, and nothing else', () => {
    const mine = temporaryPath(join(folder, 'record.json'));
    const dead = ofTheDead(join(folder, 'record.json'));
    const others = ['record.json', 'x.tmp', `${'1'.repeat(64)}`, `.1-2.tmp`];
    for (const path of [mine, dead, ...others.map((name) => join(folder, name))]) writeFileSync(path, 'twelve bytes');
    const deadFolder = ofTheDead(`${folder}/`);
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
});

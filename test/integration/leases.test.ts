import assert from 'node:assert/strict';
import { lutimesSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { node24 } from '../support/paths.ts';
import { run } from '../support/run.ts';

const script = join(import.meta.dirname, '../support/claim-leases.ts');
const subnet = '10.64.3.0/24';

describe('addresses of a /24 that several processes claim at once', () => {
  let scratch: string;
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'skiff-leases-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  const claim = async (folder: string, first: number, count: number): Promise<string[]> => {
    const { code, stdout, stderr } = await run(node24, [script, folder, subnet, String(first), String(count)]);
    assert.equal(code, 0, stderr);
    return stdout.trim().split('\n');
  };
  const claimTogether = async (folder: string): Promise<string[]> =>
    (await Promise.all([0, 50, 100, 150, 200].map((first) => claim(folder, first, 50)))).flat();

  it('are 250 different ones for 250 containers, and the last ones are followed by an error', async () => {
    const folder = join(scratch, 'fresh/leases');
    assert.equal(new Set(await claimTogether(folder)).size, 250);
    await claim(folder, 250, 3);
    const { code, stderr } = await run(node24, [script, folder, subnet, '253', '1']);
    assert.equal(code, 1);
    assert.match(stderr, /no address left in 10\.64\.3\.0\/24/);
    assert.deepEqual(readdirSync(join(scratch, 'fresh')), ['leases']);
  });

  it('are given to one alone when they are taken from the dead', async () => {
    const folder = join(scratch, 'used/leases');
    await claim(folder, 0, 1);
    rmSync(join(folder, readdirSync(folder)[0] ?? ''));
    for (let last = 2; last < 255; last += 1) {
      symlinkSync(`dead${String(last).padStart(60, '0')}`, join(folder, `10.64.3.${last}`));
      lutimesSync(join(folder, `10.64.3.${last}`), 1, 1);
    }
    assert.equal(new Set(await claimTogether(folder)).size, 250);
  });
});

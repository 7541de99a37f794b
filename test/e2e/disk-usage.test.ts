import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('system df', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
    const write = 'dd if=/dev/zero of=/written bs=1000 count=3; dd if=/dev/zero of=/data/in bs=1000 count=5';
    await store.succeed(['run', '--name', 'writer', '-v', 'used:/data', 'box', 'sh', '-c', write]);
    await store.succeed(['commit', 'writer', 'written:1']);
    await store.succeed(['volume', 'create', 'idle']);
  });
  after(() => store.dispose());

  const document = async (): Promise<Record<string, Record<string, string>[]>> =>
    JSON.parse(await store.succeed(['system', 'df', '-v', '--format', 'json'])) as Record<
      string,
      Record<string, string>[]
    >;

  it('has a row for each kind of thing, layers counted once', async () => {
    const [size = ''] = (await document())['Images']?.map(({ SharedSize }) => SharedSize ?? '') ?? [];
    assert.match(size, /^\d[\d.]*[kM]B$/);
    const rows = await store.succeed([
      'system',
      'df',
      '--format',
      '{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}',
    ]);
    const [images = '', ...others] = rows.split('\n');
    assert.match(images, /^Images\|2\|1\|[\d.]+[kM]B\|[\d.]+[kM]B \(\d+%\)$/);
    assert.deepEqual(others, [
      'Containers|1|0|3kB|3kB (100%)',
      'Local Volumes|2|1|5kB|0B (0%)',
      'Build Cache|0|0|0B|0B',
    ]);
  });

  it('lists all of them with -v under Docker’s titles', async () => {
    const text = await store.succeed(['system', 'df', '-v']);
    const lines = text.split('\n').map((line) => line.trim().split(/ {2,}/).join('|'));
    const rowsAfter = (title: string): string[] => {
      const at = lines.indexOf(title);
      return lines.slice(at + 2, lines.indexOf('', at + 2) < 0 ? undefined : lines.indexOf('', at + 2));
    };
    assert.equal(
      rowsAfter('Images space usage:')[0],
      'REPOSITORY|TAG|IMAGE ID|CREATED|SIZE|SHARED SIZE|UNIQUE SIZE|CONTAINERS',
    );
    assert.match(rowsAfter('Images space usage:').find((line) => line.startsWith('written')) ?? '', /\|3kB\|0$/);
    const [heads, row = ''] = rowsAfter('Containers space usage:');
    assert.equal(heads, 'CONTAINER ID|IMAGE|COMMAND|LOCAL VOLUMES|SIZE|CREATED|STATUS|NAMES');
    assert.match(row, /^[0-9a-f]{12}\|box\|"sh -c 'dd .*"\|1\|3kB\|.*\|Exited \(0\) .*\|writer$/);
    assert.deepEqual(rowsAfter('Local Volumes space usage:').sort(), [
      'VOLUME NAME|LINKS|SIZE',
      'idle|0|0B',
      'used|1|5kB',
    ]);
    assert.deepEqual(rowsAfter('Build cache usage: 0B'), ['CACHE ID|CACHE TYPE|SIZE|CREATED|LAST USED|USAGE|SHARED']);
  });

  it('gives a template all of it', async () => {
    assert.equal(
      await store.succeed(['system', 'df', '-v', '--format', '{{range .Volumes}}{{.Name}}={{.Size}} {{end}}']),
      'idle=0B used=5kB ',
    );
  });
});

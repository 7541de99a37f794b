import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('logs', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const run = (name: string, script: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '--name', name, ...options, '@host', 'sh', '-c', script]);

  it('come to the stream that they were written to, by name and by id, also of what has ended', async () => {
    await run('both', 'echo out; echo err >&2');
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'both']);
    for (const reference of ['both', id.slice(0, 12)])
      assert.deepEqual(await store.skiff(['logs', reference]), { code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('are chosen by number and by time, and may begin with their times', async () => {
    // What the monitor reads at once has one time: a line is written when the one before it is in the log.
    const write = 'until test -e /tmp/$word; do sleep 0.01; done; echo $word';
    const script = `for word in one two three; do ${write}; done; exec sleep 1000`;
    await store.succeed(['run', '-d', '--name', 'lines', '@host', 'sh', '-c', script]);
    for (const word of ['one', 'two', 'three']) {
      await store.succeed(['exec', 'lines', 'touch', `/tmp/${word}`]);
      await until(`the log has ${word}`, async () => (await store.succeed(['logs', 'lines'])).endsWith(word));
    }
    const told = await store.succeed(['logs', '-t', 'lines']);
    const times = told.split('\n').map((line) => line.slice(0, 30));
    assert.match(told, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z one\n/);
    assert.equal(await store.succeed(['logs', '-n', '2', 'lines']), 'two\nthree');
    assert.equal(await store.succeed(['logs', '--since', times[1] ?? '', 'lines']), 'two\nthree');
    assert.equal(await store.succeed(['logs', '--until', times[1] ?? '', 'lines']), 'one\ntwo');
    assert.equal(await store.succeed(['logs', '--since', '1h', '--details', 'lines']), ' one\n two\n three');
    assert.equal((await store.skiff(['logs', '--since', 'soon', 'lines'])).code, 1);
  });

  it('are followed over a restart’s history to the end', async () => {
    await run('again', 'echo life; sleep 0.2; echo over');
    await store.succeed(['start', 'again']);
    assert.equal(await store.succeed(['logs', '-f', 'again']), 'life\nover\nlife\nover');
  });

  it('are rotated by size, and read over all files', async () => {
    await run('rotated', 'seq 5000', '--log-opt', 'max-size=20k', '--log-opt', 'max-file=3');
    const [id = ''] = store.containerIds().slice(-1);
    const lines = (await store.succeed(['logs', 'rotated'])).split('\n');
    assert.equal(lines.at(-1), '5000');
    assert.ok(lines.length > 800 && lines.length < 1600, String(lines.length));
    const files = store.containerIds().map((one) => readdirSync(`${store.root}/containers/${one}/log`).length);
    assert.ok(files.includes(3), id);
  });

  it('tell with --details what was asked for of the container, as Docker writes it', async () => {
    const opts = { labels: 'note,none', 'env-regex': '^S_', tag: '{{.Name}}/{{.ImageName}}' };
    const options = Object.entries(opts).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]);
    await run('told', 'echo one; echo two >&2', ...options, '-l', 'note=a, b*c', '-e', 'S_X=1=2', '-e', 'Y=3');
    const attributes = 'S_X=1%3D2,note=a%2C+b%2Ac,tag=told%2F%40host';
    const told = await store.skiff(['logs', '--details', 'told']);
    assert.deepEqual(told, { code: 0, stdout: `${attributes} one\n`, stderr: `${attributes} two\n` });
    assert.match(await store.succeed(['logs', '-t', '--details', 'told']), /^\d{4}-\S+Z S_X=/);
    assert.deepEqual(JSON.parse(await store.succeed(['inspect', '-f', '{{json .HostConfig.LogConfig}}', 'told'])), {
      Type: 'json-file',
      Config: opts,
    });
  });

  it('are none when that is wanted; what no driver of ours can do is refused', async () => {
    await run('silent', 'echo unheard', '--log-driver', 'none');
    const { code, stderr } = await store.skiff(['logs', 'silent']);
    assert.deepEqual([code, stderr], [1, 'skiff: configured logging driver does not support reading\n']);
    for (const options of [
      ['--log-driver', 'syslog'],
      ['--log-opt', 'max-file=3'],
      ['--log-opt', 'color=red'],
      ['--log-opt', 'max-size=lots'],
      ['--log-opt', 'tag={{.Nonsense}}'],
      ['--log-opt', 'env-regex=('],
      ['--log-driver', 'local', '--log-opt', 'labels=a'],
    ])
      assert.equal((await store.skiff(['run', ...options, '@host', 'true'])).code, 125, options.join(' '));
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../runtime-helper/cli/commands/run.ts';
import { createOptions } from '../../runtime-helper/cli/container-options.ts';
import { parseOptions } from '../../runtime-helper/cli/options.ts';
import { runArguments } from '../../runtime-helper/protocol/run-arguments.ts';
import { memoryProblem, portProblem, volumeProblem, wordsProblem } from '../../src/model/run-fields.ts';
import { emptyForm, isChecked, runLine, toggleWorkspace, withChecks, withOption } from '../../src/model/run-form.ts';

test('the line is the one that a person would type', () => {
  const form = withOption(emptyForm('alpine'), 'command', ['sh', '-c', 'echo hi']);
  assert.equal(runLine(form, 'terminal'), `skiff run -it alpine sh -c 'echo hi'`);
  assert.equal(runLine(form, 'background'), `skiff run -d alpine sh -c 'echo hi'`);
  assert.equal(runLine(emptyForm('@host'), 'terminal'), 'skiff run -it @host bash');
});

test('every option of a request is one that the command line reads', async () => {
  const words = runArguments(
    {
      ...{ image: 'a', command: ['b', '-c'], name: 'n', tty: true, interactive: true, autoRemove: true, user: '1:2' },
      ...{ publish: ['127.0.0.1:8080:80'], publishAll: true, volumes: ['/x:/y:ro', 'data:/data'], env: ['A=-b'] },
      ...{ workingDir: '/w', network: 'none', memory: '64m', cpus: '0.5', pidsLimit: 9, init: true, readOnly: true },
      ...{ privileged: true, labels: ['l=1'] },
    },
    { detached: true },
  );
  const { options, args } = parseOptions(words.slice(1), run.options, { stopsAtArgument: true });
  const read = await createOptions({ options, args, terminal: { cwd: '/', env: {} } }, { detached: true });
  assert.deepEqual([read.image, read.command, read.name, read.user], ['a', ['b', '-c'], 'n', '1:2']);
  assert.deepEqual([read.tty, read.openStdin, read.stdinOnce, read.autoRemove], [true, true, false, true]);
  assert.deepEqual(read.env, ['A=-b']);
  assert.deepEqual(read.networking?.ports?.[0], {
    ...{ protocol: 'tcp', port: 80, hostIp: '127.0.0.1', first: 8080, last: 8080 },
  });
  assert.deepEqual(
    read.mounts?.map((mount) => [mount.type, mount.target]),
    [
      ['bind', '/y'],
      ['volume', '/data'],
    ],
  );
  assert.deepEqual(read.limits, { memory: 64 * 1024 * 1024, nanoCpus: 500_000_000, pidsLimit: 9 });
  assert.deepEqual(read.confinement, { privileged: true, readonlyRoot: true, init: true });
  assert.deepEqual([read.network, read.labels, read.workingDir], ['none', { l: '1' }, '/w']);
});

test('the workspace folder is mounted and taken back as a whole', () => {
  const mounted = toggleWorkspace(emptyForm('a'), '/srv/my project');
  assert.equal(runLine(mounted, 'background'), `skiff run -d -v '/srv/my project:/workspace' -w /workspace a`);
  assert.deepEqual(toggleWorkspace(mounted, '/srv/my project'), emptyForm('a'));
});

test('checks that are as usual are not kept, so that another place has its own', () => {
  const form = withChecks(emptyForm('a'), ['interactive', 'tty', 'autoRemove']);
  assert.deepEqual(form.options, { image: 'a', autoRemove: true });
  const plain = withChecks(form, []);
  assert.deepEqual([isChecked(plain, 'tty'), isChecked(plain, 'autoRemove')], [false, false]);
  assert.equal(runLine(plain, 'terminal'), 'skiff run a');
});

test('what is plainly wrong is told while it is typed', () => {
  for (const good of ['80', '8080:80', '127.0.0.1:53:53/udp', '[::1]:80:80', '8000-8002:80-82', ':80'])
    assert.equal(portProblem(good), undefined, good);
  for (const bad of ['web', '80:', '80:80/http', '99999']) assert.ok(portProblem(bad), bad);
  for (const good of ['/data', 'data:/data', '/a:/b:ro']) assert.equal(volumeProblem(good), undefined, good);
  for (const bad of ['data', './a:/b', '~/a:/b', '/a:b', '/a:/b:ro:x']) assert.ok(volumeProblem(bad), bad);
  assert.deepEqual([memoryProblem('512m'), memoryProblem('much') === undefined], [undefined, false]);
  assert.match(wordsProblem('80 x', portProblem) ?? '', /“x”/);
});

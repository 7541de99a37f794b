import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

/** As Docker has them: what its command line can't read is 125; what its daemon refuses is 1 for `create`, 125 for `run`. */
const unreadable: [string[], RegExp][] = [
  [['--memory', 'x'], /invalid size: 'x'/],
  [['--cpus', 'x'], /failed to parse x as a rational number/],
  [['--dns', 'x'], /x is not an ip address/],
  [['--label', '=x'], /invalid label '=x': empty name/],
  [['--device', 'x'], /x is not an absolute path/],
  [['--mac-address', 'zz'], /zz is not a valid mac address/],
  [['--memory-swappiness', '200'], /invalid value: 200\. Valid memory swappiness range is 0-100/],
  [['--restart', 'on-failure:x'], /invalid restart policy format: maximum retry count must be an integer/],
  [['--device', '/dev/null:/dev/x:zz'], /bad mode specified: zz/],
  [['--link', 'a:b:c'], /bad format for links: a:b:c/],
  [['-v', ':/x'], /invalid volume specification: ':\/x'/],
  [['--mount', 'type=volume,src=a'], /target is required/],
  [['--userns', 'keep-id'], /--userns: invalid USER mode/],
  [
    ['--security-opt', 'seccomp=/no/such'],
    /opening seccomp profile \(\/no\/such\) failed: open \/no\/such: no such file/,
  ],
];
const refused: [string[], RegExp][] = [
  [['--restart', 'sometimes'], /invalid restart policy/],
  [['--cap-add', 'BOGUS'], /invalid CapAdd: unknown capability: "CAP_BOGUS"/],
  [['--cap-drop', 'cap_bogus'], /invalid CapDrop: unknown capability: "CAP_BOGUS"/],
  [['--cpus', '100000'], /range of CPUs is from 0\.01 to/],
  [['--cpuset-cpus', '0,9999'], /requested CPUs are not available - requested 0,9999, available: 0/],
  [['--cpuset-mems', '9999'], /requested memory nodes are not available - requested 9999, available: 0/],
  [['--memory', '1k'], /minimum memory limit allowed is 6MB/],
  [['--oom-score-adj', '5000'], /range for oom score adj is \[-1000, 1000\]/],
  [['--stop-signal', 'BOGUS'], /invalid signal: BOGUS/],
  [['--workdir', 'relative'], /the working directory 'relative' is invalid, it needs to be an absolute path/],
  [['--mount', 'type=bind,src=/no/such,dst=/x'], /bind source path does not exist: \/no\/such/],
  [['-v', 'a:b:c:d'], /invalid volume specification: 'a:b:c:d'/],
  [['-v', '/a:b'], /invalid mount path: 'b' mount path must be absolute/],
  [['-v', 'data:/x:zz'], /invalid mode: zz/],
  [['--mount', 'type=bogus,dst=/x'], /invalid mount config for type "bogus": mount type unknown/],
  [['--mount', 'type=bind,dst=/x'], /invalid mount config for type "bind": field Source must not be empty/],
  [['--health-interval', '1ns'], /Interval in Healthcheck cannot be less than 1ms/],
  [['--volumes-from', 'nosuch:zz'], /invalid mode for volumes-from: zz/],
  [['--volumes-from', 'nosuch'], /no such container: nosuch/],
  [['--log-driver', 'bogus'], /logging driver bogus/],
  [['--log-opt', 'bogus=1'], /unknown log opt 'bogus'/],
  [['--ip', '10.1.2.3'], /user specified IP address is supported on user defined networks only/],
  [['--runtime', 'nosuch'], /unknown or invalid runtime name: nosuch/],
  [['--platform', 'bogus'], /"bogus": unknown operating system or architecture/],
  [['--pull', 'never', '--platform', 'linux/s390x'], /Unable to find image 'box' for linux\/s390x locally/],
  [['--cidfile', '/no/such/file'], /failed to create the container ID file/],
];

describe('exit codes', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  async function check(args: string[], code: number, words: RegExp): Promise<void> {
    const result = await store.skiff(args);
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, words, args.join(' '));
  }

  it('are 125 for an option that can’t be read', async () => {
    for (const [options, words] of unreadable)
      for (const command of ['create', 'run']) await check([command, ...options, 'box', 'true'], 125, words);
    assert.equal(await store.succeed(['ps', '-aq']), '');
  });

  it('are 1 of create and 125 of run for what can’t be', async () => {
    for (const [options, words] of refused) {
      await check(['create', ...options, 'box', 'true'], 1, words);
      await check(['run', ...options, 'box', 'true'], 125, words);
    }
    assert.equal(await store.succeed(['ps', '-aq']), '');
  });

  it('are 1 of start, whether it attaches or not', async () => {
    const bad: [string, string[], string[], RegExp, number][] = [
      ['nosuch', [], ['nosuch'], /"nosuch": executable file not found in \$PATH/, 127],
      ['folder', [], ['/etc'], /"\/etc": is a directory/, 126],
      ['user', ['-u', 'nobody-such'], ['true'], /unable to find user nobody-such/, 128],
      ['workdir', ['-w', '/etc/passwd'], ['true'], /working directory \/etc\/passwd: not a directory/, 128],
      ['joined', ['--pid', 'container:nosuch'], ['true'], /container [0-9a-f]{64} is not running/, 128],
    ];
    for (const [name, options, command, words, code] of bad) {
      await store.succeed(['create', '--name', name, ...options, 'box', ...command]);
      await check(['start', name], 1, words);
      await check(['start', '-a', name], 1, words);
      const state = await store.succeed([
        'inspect',
        '-f',
        '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}',
        name,
      ]);
      assert.equal(state.slice(0, 12), `created ${code} `);
      assert.match(state, words);
    }
  });

  it('are 125 of run, and 126 of exec, for a user or a folder that is not there', async () => {
    const words = [/unable to find user nobody-such/, /working directory \/etc\/passwd: not a directory/] as const;
    const options = [
      ['-u', 'nobody-such'],
      ['-w', '/etc/passwd'],
    ] as const;
    await store.succeed(['run', '-d', '--name', 'runs', 'box', 'sleep', '1000']);
    for (const [at, option] of options.entries()) {
      await check(['run', '--rm', ...option, 'box', 'true'], 125, words[at] ?? /./);
      await check(['exec', ...option, 'runs', 'true'], 126, words[at] ?? /./);
    }
    // PID 1's folder is made, that of another process is not.
    assert.equal(await store.succeed(['run', '--rm', '-w', '/made/here', 'box', 'pwd']), '/made/here');
    await check(['exec', '-w', '/not/made', 'runs', 'true'], 126, /working directory \/not\/made: no such file/);
    await store.succeed(['exec', 'runs', 'sh', '-c', '! test -e /not']);
  });

  it('come with a sentence about a working directory, and no error number’s name', async () => {
    for (const [folder, words] of [
      ['/sys/made', /working directory \/sys\/made: read-only file system\n$/],
      [`/${'long'.repeat(64)}`, /working directory \/(?:long)+\w*: file name too long\n$/],
    ] as const)
      await check(['run', '--rm', '-w', folder, 'box', 'true'], 125, words);
    await check(
      ['exec', '-w', '/proc/1/cwd', 'runs', 'true'],
      126,
      /working directory \/proc\/1\/cwd: too many links, or/,
    );
    await store.succeed(['exec', 'runs', 'ln', '-s', 'circle', '/circle']);
    await check(['exec', '-w', '/circle', 'runs', 'true'], 126, /working directory \/circle: too many links, or/);
  });

  it('are 1 for the template of a list that can’t be read, and 64 for one of inspect', async () => {
    await check(['ps', '--format', '{{.Names'], 1, /unclosed action/);
    await check(['inspect', '-f', '{{.Name', 'runs'], 64, /unclosed action/);
  });
});

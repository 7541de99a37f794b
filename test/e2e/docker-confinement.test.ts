import assert from 'node:assert/strict';
import { existsSync, readlinkSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { docker, noDocker, type OtherEngine } from '../support/other-engines.ts';
import { run } from '../support/run.ts';
import { TestStore } from '../support/store.ts';

/** What a process sees of its confinement, each fact below a line that names it. */
const facts = {
  status:
    "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask|SigIgn|SigBlk)' /proc/self/status | grep -v Seccomp_filters",
  limits: 'cat /proc/self/limits',
  namespaces: 'for n in /proc/self/ns/*; do echo $n $(readlink $n); done',
  cgroups: 'cut -d: -f2,3 /proc/self/cgroup',
  mounts: 'cat /proc/self/mountinfo',
  devices: "stat -c '%n %A %u %g %t %T' /dev/* | sort",
  hidden:
    'for p in /proc/acpi /proc/keys /proc/timer_list /sys/firmware; do echo $p $(cat $p 2>/dev/null | wc -c) $(ls -A $p); done',
  refused:
    'echo x > /proc/sys/kernel/domainname; : > /proc/sysrq-trigger; mkdir /sys/x; mount -t tmpfs x /tmp; hostname x',
  parameters: 'cd /proc/sys/net/ipv4; cat ip_unprivileged_port_start ping_group_range /proc/self/oom_score_adj',
  descriptors: 'ls /proc/self/fd',
  environment: 'env | grep -v ^HOSTNAME= | sort',
  folder: 'pwd',
};
type Fact = keyof typeof facts;
const script = Object.entries(facts)
  .map(([name, command]) => `echo "== ${name}"; (${command}) 2>&1`)
  .join('; ');

/** What says who looks, and not what he may do. */
const plain: Partial<Record<Fact, (line: string) => string[]>> = {
  namespaces: isOwn,
  mounts: mountOf,
  // Docker has made no link where there is nothing to lead to.
  devices: (line) => (line.startsWith('/dev/core ') && !existsSync('/proc/kcore') ? [] : [line]),
};

describe('what a process may do', { skip: noDocker }, () => {
  const store = new TestStore();
  let other: OtherEngine;
  before(async () => {
    other = (await docker()) ?? assert.fail('there is none');
    const rootfs = busyboxRootfs();
    await inDocker('import', rootfs, 'busy:1');
    await store.succeed(['import', rootfs, 'busy:1']);
  });
  after(async () => {
    await other?.dispose();
    await store.dispose();
  });

  async function inDocker(...words: string[]): Promise<string> {
    const [command = '', ...args] = other.argv(...words);
    const { code, stdout, stderr } = await run(command, args, { env: other.env });
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  }
  const ours = (...words: string[]): Promise<string> => store.succeed(words);

  /** Docker's default where cgroups are version 1 is the machine's cgroup namespace; ours is one of its own, as there with version 2. */
  const how = ['--network', 'none', '--cgroupns', 'private'];
  const ways: Record<string, { options?: string[]; exec?: string[] }> = {
    'as PID 1': {},
    'as PID 1 for another user': { options: ['-u', '1000:1000', '--group-add', '7'] },
    'as PID 1 with more and less': {
      options: ['--cap-drop', 'ALL', '--cap-add', 'NET_RAW', '--security-opt', 'no-new-privileges', '--read-only'],
    },
    'as PID 1 with limits': { options: ['--ulimit', 'nofile=64:128', '--shm-size', '1m', '--oom-score-adj', '300'] },
    'as PID 1 without a filter': { options: ['--security-opt', 'seccomp=unconfined', '--cap-add', 'SYS_ADMIN'] },
    'in an exec': { exec: [] },
    'in an exec for another user': { exec: ['-u', '1000'] },
    'in an exec elsewhere': { exec: ['-w', '/tmp', '-e', 'A=b'] },
  };

  for (const [name, { options = [], exec }] of Object.entries(ways))
    it(`${name} is what it is in Docker`, async () => {
      const seen = async (engine: (...words: string[]) => Promise<string>): Promise<Record<string, string[]>> => {
        if (!exec) return read(await engine('run', '--rm', ...how, ...options, 'busy:1', 'sh', '-c', script));
        await engine('run', '-d', '--name', 'it', ...how, ...options, 'busy:1', 'sleep', '1000');
        const text = await engine('exec', ...exec, 'it', 'sh', '-c', script);
        await engine('rm', '-f', 'it');
        return read(text);
      };
      const [theirs, own] = [await seen(inDocker), await seen(ours)];
      for (const fact of Object.keys(facts)) assert.deepEqual(own[fact]?.sort(), theirs[fact]?.sort(), fact);
    });
});

function read(text: string): Record<string, string[]> {
  const parts = text.split(/^== /m).slice(1);
  const pairs = parts.map((part): [string, string[]] => {
    const [name = '', ...lines] = part.trimEnd().split('\n');
    return [name, lines.map((line) => line.trimEnd()).flatMap(plain[name as Fact] ?? ((line) => [line]))];
  });
  return Object.fromEntries(pairs);
}

/** Its name, when it is not the machine's. */
function isOwn(line: string): string[] {
  const [path = '', inode] = line.split(' ');
  return readlinkSync(path) === inode ? [] : [path];
}

/** Where, what kind, and how it may be used; without what is laid over a path to hide it, and without cgroups: we mount version 2 alone. */
function mountOf(line: string): string[] {
  const [left = '', right = ''] = line.split(' - ');
  const [, , , , point = '', flags = ''] = left.split(' ');
  const [type = ''] = right.split(' ');
  const isHidden = /^\/(proc|sys)\//.test(point) && type === 'tmpfs';
  return isHidden || point.startsWith('/sys/fs/cgroup') ? [] : [`${point} ${type} ${flags}`];
}

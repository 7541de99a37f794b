/** Kernels that this machine's is not: one without what containers are made of, and one with control groups of version 2 alone. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { machineRuntimes, runOnMachine, whyNoMachine, type Said } from '../support/virtual-machine.ts';
import { basename } from 'node:path';

const why = whyNoMachine();

/** Shell that waits for a command to go well, for a while: a machine that is emulated may take its time. */
const untilDone = (command: string): string => `for i in $(seq 100); do ${command} && break; sleep 0.3; done`;
/** What a container has on the machine. */
const traces = '/sys/fs/cgroup/skiff-*/*/ /sys/class/net/sv* /sys/class/net/veth*';

describe('another kernel', { skip: why ?? false }, () => {
  const bare = {
    withoutOverlay: 'skiff run --rm --network none @host echo hello',
    leftBehind: 'skiff ps --all --quiet',
    doctor: 'skiff doctor',
    overlayAlone: 'modprobe overlay; skiff run --rm --network none @host echo hello',
    withoutBridges: 'skiff run --rm @host true',
    withoutNftables: 'modprobe -a veth bridge; skiff run --rm @host ip -o -4 addr show eth0',
  };
  const whole = {
    loaded: `modprobe -a ${['nf_tables', 'nft_chain_nat', 'nft_masq', 'nft_nat', 'nft_ct', 'nft_fib_inet', 'nft_reject_inet'].join(' ')}`,
    // What there is no nftables for is tried again after a while, not for each of many starts.
    withNftables: 'sleep 6; skiff run --rm @host ip -o -4 addr show eth0',
    limits: `skiff run --rm -m 64m --memory-reservation 32m --cpus 0.5 --cpuset-cpus 0 --cpu-shares 512 --pids-limit 20 @host \
      sh -c 'cd /sys/fs/cgroup; cat memory.max memory.low cpu.max cpuset.cpus cpu.weight pids.max'`,
    period: 'skiff run --rm --cpu-period 50000 @host cat /sys/fs/cgroup/cpu.max',
    device: 'skiff run --rm --device-read-bps /dev/vda:1mb @host cat /sys/fs/cgroup/io.max',
    confined: `skiff run --rm @host sh -c 'cat /proc/self/cgroup; mknod /tmp/disk b 254 0; dd if=/tmp/disk of=/dev/null count=1'`,
    killed: 'skiff run --name greedy -m 16m @host tail /dev/zero',
    whyKilled: "skiff inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' greedy",
    running: 'skiff run -d --name calm -m 64m @host sleep 1000',
    updated:
      'skiff update -m 32m --cpus 0.25 calm && skiff exec calm cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max',
    full: 'skiff run -d --name full --pids-limit 1 @host sleep 1000; skiff exec full cat /proc/self/cgroup; skiff rm -f full',
    paused:
      "skiff pause calm && cat /sys/fs/cgroup/*/*/cgroup.events && skiff ps --format '{{.Status}}' && skiff unpause calm",
    used: "skiff stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.PIDs}}' calm",
    sctp: `modprobe sctp; skiff run -d --name teller -p 5000:6000/sctp @host sctp serve 6000 aye; skiff port teller; \
      gateway=$(skiff inspect -f '{{.NetworkSettings.Gateway}}' teller); ${untilDone('sctp ask $gateway 5000 2>/dev/null')}; \
      skiff run --rm @host sctp ask $(skiff inspect -f '{{.NetworkSettings.IPAddress}}' teller) 6000; skiff rm -f teller`,
    removed: `skiff rm -f greedy calm; ${untilDone(`! ls -d ${traces} 2>/dev/null | grep -q .`)}; ls -d ${traces}`,
  };
  const profile = 'cat /proc/self/attr/current';
  const apparmor = {
    profiled: `skiff run --rm @host ${profile}`,
    withoutMounts: `skiff run --rm --cap-add SYS_ADMIN @host mount -t tmpfs none /tmp`,
    withMounts: `skiff run --rm --cap-add SYS_ADMIN --security-opt apparmor=unconfined @host sh -c 'mount -t tmpfs none /tmp; ${profile}'`,
    privileged: `skiff run --rm --privileged @host ${profile}`,
    execed: `skiff run -d --name guarded @host sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'; skiff exec guarded ${profile}`,
    asked: "skiff inspect -f '{{.AppArmorProfile}} {{json .HostConfig.SecurityOpt}}' guarded",
    within: `skiff exec guarded sh -c 'ps -o pid,comm | grep -c "^ *1 sh"; sleep 100 & kill $! && echo killed; echo 5 > /proc/self/oom_score_adj && cat /proc/self/oom_score_adj'`,
    machine: `skiff run --rm -v /proc/sys:/machine --security-opt systempaths=unconfined @host sh -c 'echo x > /proc/sysrq-trigger'`,
    stopped: 'skiff stop guarded; skiff wait guarded; skiff rm guarded',
    unknown: 'skiff run --rm --security-opt apparmor=no-such @host true',
    withoutParser: `chmod -x /sbin/apparmor_parser; echo -n skiff-default > /sys/kernel/security/apparmor/.remove; skiff run --rm @host ${profile}`,
  };
  const lines = { ...bare, ...whole, ...apparmor };
  let said: Record<keyof typeof lines, Said>;
  /** Before the parser is taken away. */
  const others = machineRuntimes().map((path) => {
    const name = basename(path);
    const how = `--runtime ${name}`;
    return {
      name,
      confined: `skiff run --rm ${how} @host sh -c 'cat /proc/self/cgroup /proc/self/attr/current; mknod /tmp/disk b 254 0; dd if=/tmp/disk of=/dev/null count=1'`,
      limits: `skiff run -d --name by-${name} ${how} -m 64m --cpus 0.5 --pids-limit 20 @host sleep 1000 && skiff update -m 32m by-${name} && \
        skiff exec by-${name} sh -c 'cd /sys/fs/cgroup; cat memory.max cpu.max pids.max /proc/self/attr/current'`,
      killed: `skiff run --name by-${name}-2 ${how} -m 16m @host tail /dev/zero; skiff inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' by-${name}-2`,
      removed: `skiff rm -f by-${name} by-${name}-2; ls -d /run/skiff-bundle`,
    };
  });
  let saidByOthers: Said[][];

  before(async () => {
    const beside = others.map(({ confined, limits, killed, removed }) => [confined, limits, killed, removed]);
    const { withoutParser, ...first } = lines;
    const all = await runOnMachine([...Object.values(first), ...beside.flat(), withoutParser], ['sctp.c']);
    const names = [...Object.keys(first), ...beside.flat().map(() => ''), 'withoutParser'];
    said = Object.fromEntries(names.map((name, index) => [name, all[index]])) as typeof said;
    const at = Object.keys(first).length;
    saidByOthers = beside.map((some, index) => all.slice(at + index * some.length, at + (index + 1) * some.length));
  });

  it('without overlay can run nothing, says so, and nothing is left', () => {
    const { code, output } = said.withoutOverlay;
    assert.equal(code, 125);
    assert.match(output, /^skiff: this kernel has no overlay file system\nLoad it as root: modprobe overlay\.$/);
    assert.deepEqual(said.leftBehind, { code: 0, output: '' });
    assert.match(said.doctor.output, /✘ Overlay file system: .*\n\s+Load it with `modprobe overlay`/);
  });

  it('without bridges runs what needs no network', () => {
    assert.deepEqual(said.overlayAlone, { code: 0, output: 'hello' });
    assert.equal(said.withoutBridges.code, 125);
    assert.match(said.withoutBridges.output, /^skiff: this kernel has no bridges .*\nLoad them as root: modprobe/);
  });

  it('without nftables gives a network, and says what it can’t', () => {
    assert.equal(said.withoutNftables.code, 0);
    assert.match(said.withoutNftables.output, /nftables refused our table[^]*eth0\s+inet 10\./);
    assert.deepEqual([said.loaded.code, said.withNftables.code], [0, 0]);
    assert.match(said.withNftables.output, /^\d+: eth0\s+inet 10\.\S+/);
  });

  it('with SCTP leads it through published ports at the machine’s addresses', () => {
    const answers = ['6000/sctp -> 0.0.0.0:5000', '6000/sctp -> [::]:5000', 'aye', 'aye', 'teller'];
    assert.deepEqual(said.sctp.output.split('\n').slice(1), answers);
  });

  it('with control groups of version 2 alone sets every limit, and is silent about it', () => {
    const expected = ['67108864', '33554432', '50000 100000', '0', '20', '20'].join('\n');
    assert.deepEqual(said.limits, { code: 0, output: expected });
    assert.deepEqual(said.period, { code: 0, output: 'max 50000' });
    assert.deepEqual(said.device, { code: 0, output: '254:0 rbps=1048576 wbps=max riops=max wiops=max' });
    assert.match(said.full.output, /^[0-9a-f]{64}\n0::\/\nfull$/);
    assert.deepEqual(said.updated, { code: 0, output: 'calm\n33554432\n25000 100000' });
  });

  it('keeps devices away by its programs, and shows a container no group but its own', () => {
    assert.match(said.confined.output, /^0::\/\n[^]*Permission denied/);
  });

  it('with AppArmor gives every container and what is exec’ed in it the profile, but for who asks for another', () => {
    assert.deepEqual(said.profiled, { code: 0, output: 'skiff-default (enforce)' });
    assert.match(said.execed.output, /^[0-9a-f]{64}\nskiff-default \(enforce\)$/);
    assert.equal(said.asked.output, 'skiff-default null');
    assert.equal(said.withMounts.output, 'unconfined');
    assert.equal(said.privileged.output, 'unconfined');
    assert.match(said.unknown.output, /no-such/);
    assert.equal(said.unknown.code, 125);
  });

  it('with AppArmor forbids mounts and the machine’s switches, and no daily work', () => {
    assert.match(said.withoutMounts.output, /denied/);
    assert.match(said.machine.output, /denied/);
    assert.deepEqual(said.within, { code: 0, output: '1\nkilled\n5' });
    assert.equal(said.stopped.output, 'guarded\n3\nguarded');
  });

  it('with AppArmor but nothing that can load the profile says so, and runs', () => {
    const { code, output } = said.withoutParser;
    assert.deepEqual([code, output.split('\n').at(-1)], [0, 'unconfined']);
    assert.match(output, /warn: AppArmor: no profile confines this container: apparmor_parser: No such file/);
  });

  it('with version 2 alone and AppArmor lets other runtimes make what ours makes', () => {
    for (const [index, { name }] of others.entries()) {
      const [confined, limits, killed, removed] = saidByOthers[index] ?? [];
      assert.match(confined?.output ?? '', /^0::\/\nskiff-default \(enforce\)\n[^]*Permission denied/, name);
      const expected = [`by-${name}`, '33554432', '50000 100000', '20', 'skiff-default (enforce)'];
      assert.deepEqual(limits?.output.split('\n').slice(1), expected, name);
      assert.equal(killed?.output, 'true 137', name);
      assert.match(removed?.output ?? '', /No such file or directory$/, name);
    }
  });

  it('tells who was killed for memory, who is paused, and what is used', () => {
    assert.equal(said.killed.code, 137);
    assert.equal(said.whyKilled.output, 'true 137');
    assert.match(said.paused.output, /frozen 1\nUp .*\(Paused\)\ncalm$/);
    assert.match(said.used.output, /^calm \S+iB \/ 32MiB 1$/);
    assert.match(said.removed.output, /^greedy\ncalm\n(ls: .*\n?){3}$/);
  });
});

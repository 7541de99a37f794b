/** Every option that Docker's `run` has is there, or refused by its name: never silence. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '../../runtime-helper/cli/commands/create.ts';
import { run } from '../../runtime-helper/cli/commands/run.ts';

/** `docker run --help`, 28.2. */
const ofRun =
  'add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-count cpu-percent ' +
  'cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach detach-keys device ' +
  'device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops disable-content-trust dns dns-option ' +
  'dns-search domainname entrypoint env env-file expose gpus group-add health-cmd health-interval health-retries ' +
  'health-start-interval health-start-period health-timeout hostname init interactive io-maxbandwidth io-maxiops ip ip6 ipc ' +
  'isolation kernel-memory label label-file link link-local-ip log-driver log-opt mac-address memory memory-reservation memory-swap ' +
  'memory-swappiness mount name network network-alias no-healthcheck oom-kill-disable oom-score-adj pid pids-limit platform privileged ' +
  'publish publish-all pull quiet read-only restart rm runtime security-opt shm-size sig-proxy stop-signal stop-timeout storage-opt ' +
  'sysctl tmpfs tty ulimit use-api-socket user userns uts volume volume-driver volumes-from workdir';
/** What only a container that is attached to at once can be told. */
const notOfCreate = ['detach', 'detach-keys', 'sig-proxy'];

describe('the options of Docker', () => {
  for (const command of [run, create])
    for (const name of ofRun.split(' ').filter((one) => command === run || !notOfCreate.includes(one)))
      it(`--${name} of ${command.name} is there, or refused by its name`, () => {
        const refused = command.notBuilt?.includes(`--${name}`) ?? false;
        assert.notEqual(name in command.options, refused);
      });
});

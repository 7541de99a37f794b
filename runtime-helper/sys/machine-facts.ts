import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, hostname, machine, totalmem } from 'node:os';
import { limitFeatures, type LimitFeatures } from './limit-features.ts';

/** What a machine is, for who asks for information. */
export type MachineFacts = {
  /** What uname(2) calls its processor: `x86_64`. */
  processor: string;
  hostname: string;
  /** `Debian GNU/Linux 12 (bookworm)` and `12`; empty where os-release(5) does not say. */
  operatingSystem: string;
  osVersion: string;
  cpus: number;
  memoryBytes: number;
  /** 2 where there is nothing but the unified hierarchy. */
  cgroupVersion: 1 | 2;
  limits: LimitFeatures;
  forwardsIpv4: boolean;
  hasAppArmor: boolean;
};

export function machineFacts(): MachineFacts {
  const release = read('/etc/os-release') || read('/usr/lib/os-release');
  return {
    processor: machine(),
    hostname: hostname(),
    operatingSystem: valueOf(release, 'PRETTY_NAME'),
    osVersion: valueOf(release, 'VERSION_ID'),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    cgroupVersion: existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1,
    limits: limitFeatures(),
    forwardsIpv4: read('/proc/sys/net/ipv4/ip_forward').trim() === '1',
    hasAppArmor: existsSync('/sys/kernel/security/apparmor'),
  };
}

const valueOf = (release: string, name: string): string =>
  new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(release)?.[2] ?? '';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

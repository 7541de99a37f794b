import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFailedStart } from '../../container/failed-start.ts';
import { readHealthLog } from '../../container/health-log.ts';
import { readConfig, type ContainerRecord } from '../../container/record.ts';
import { networkingOf } from '../networks/container-networks.ts';
import type { ContainerConfig } from '../types.ts';
import { withAppArmor } from './confinement.ts';
import type { Parts } from './parts.ts';

/** What is known of a container beyond what a list shows: one more file to read. */
export function containerConfig(parts: Parts, id: string): ContainerConfig {
  const { catalog } = parts;
  const record = catalog.record(id);
  const folder = catalog.folder(record.id);
  const { linux, process } = readConfig(folder);
  const { apparmorProfile } = withAppArmor(process, record);
  const { entrypoint = [], healthcheck } = record;
  const health = readHealthLog(folder, healthcheck);
  const failedStart = readFailedStart(folder);
  return {
    env: process.env,
    workingDir: process.cwd,
    user: process.user.username ?? '',
    entrypoint,
    cmd: record.command.slice(entrypoint.length),
    stdinOnce: record.stdinOnce,
    attach: record.attach ?? [],
    networking: networkingOf(record),
    maskedPaths: linux.maskedPaths,
    readonlyPaths: linux.readonlyPaths,
    ...(apparmorProfile === undefined ? {} : { apparmorProfile }),
    sessions: sessionsOf(parts, record),
    ...(health ? { health } : {}),
    ...(failedStart ? { failedStart } : {}),
    files: filesOf(parts, record),
  };
}

function filesOf({ catalog, store }: Parts, { id, lowers }: ContainerRecord): ContainerConfig['files'] {
  const folder = catalog.folder(id);
  return {
    hostname: join(folder, 'hostname'),
    hosts: join(folder, 'hosts'),
    resolvConf: join(folder, 'resolv.conf'),
    log: join(folder, 'log/0.log'),
    volumes: store.volumes,
    snapshot: join(folder, 'snapshot'),
    lowers: lowers.map((lower) => (lower === '/' ? lower : join(store.root, 'layers', lower, 'diff'))),
  };
}

/** Each has a socket beside the container's own. */
function sessionsOf({ store }: Parts, { id }: ContainerRecord): string[] {
  const folder = join(store.run, 'containers', id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => /^exec-([0-9a-f]{16})\.sock$/.exec(name)?.[1] ?? []);
}

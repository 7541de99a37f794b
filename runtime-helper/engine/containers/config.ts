import { join } from 'node:path';
import { readConfig } from '../../container/record.ts';
import type { ContainerConfig } from '../types.ts';
import type { Parts } from './parts.ts';

/** What is known of a container beyond what a list shows: one more file to read. */
export function containerConfig({ catalog }: Parts, id: string): ContainerConfig {
  const record = catalog.record(id);
  const folder = catalog.folder(record.id);
  const { process } = readConfig(folder);
  return {
    env: process.env,
    workingDir: process.cwd,
    user: process.user.username ?? '',
    files: {
      hostname: join(folder, 'hostname'),
      hosts: join(folder, 'hosts'),
      resolvConf: join(folder, 'resolv.conf'),
      log: join(folder, 'log/0.log'),
    },
  };
}

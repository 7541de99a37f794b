import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '../../container/record.ts';
import { resolverAddress, resolvFile } from '../../network/files.ts';
import { defaultNetwork } from '../../network/record.ts';
import type { Parts } from '../containers/parts.ts';
import { networkingOf, readOptional } from './container-networks.ts';
import { resolverText } from './start.ts';

/** The files of a container that runs, after its networks have changed. They are mounted: written in place, never replaced. */
export function writeLiveFiles(
  parts: Parts,
  record: ContainerRecord,
  { added, removed }: { added: string[]; removed: string[] },
): void {
  const folder = parts.catalog.folder(record.id);
  const names = Object.keys(networkingOf(record).endpoints);
  const hosts = join(folder, 'hosts');
  // Whatever else the container wrote there is its own.
  const lines = readFileSync(hosts, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !removed.includes(line.split('\t')[0] ?? ''));
  writeFileSync(hosts, [...lines, ...added.map((address) => `${address}\t${record.hostname}`), ''].join('\n'));
  if (!names.some((name) => name !== defaultNetwork) && !existsSync(join(folder, 'resolver'))) return;
  writeFileSync(join(folder, 'resolver'), resolverText(parts, record, names));
  const resolv = join(folder, 'resolv.conf');
  if (readFileSync(resolv, 'utf8').includes(resolverAddress)) return;
  const host = readOptional('/etc/resolv.conf') ?? '';
  writeFileSync(resolv, resolvFile(host, undefined, { settings: networkingOf(record).dns, embedded: true }));
}

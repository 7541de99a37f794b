import { join } from 'node:path';
import type { ContainerRecord } from '../../container/record.ts';
import { defaultNetwork } from '../../network/record.ts';
import type { Parts } from '../containers/parts.ts';
import { addClaims } from '../containers/run-files.ts';
import { dnsNames } from './container-networks.ts';

/** Of a container that runs: others on its networks find it by its new name from now on, and by the old one no more. */
export function renameOnNetworks(parts: Parts, from: string, record: ContainerRecord): void {
  const { networks, catalog } = parts;
  if (catalog.active(record) === undefined) return;
  const claims = [...(networks.addresses().get(record.id) ?? [])].flatMap(([network, addresses]) => {
    if (network === defaultNetwork) return [];
    const isAlso = dnsNames(record, network).some((name) => name.toLowerCase() === from.toLowerCase());
    const names = networks.networks.names(network);
    const added = names.rename(from, record.name, { addresses, id: record.id, isAlso });
    return added.map((path) => join('networks', network, 'names', path));
  });
  addClaims(parts, record.id, [...claims, ...(record.autoRemove ? [join('names', record.name)] : [])]);
}

import { anonymousVolumes } from '../../container/mounts.ts';
import { newContainerId } from '../../container/names.ts';
import { writeContainer } from '../../container/record.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Container, CreateOptions } from '../types.ts';
import { planConfinement } from './confinement.ts';
import { planLimits } from './limits.ts';
import { planMounts } from './mounts.ts';
import { planNetworking } from '../networks/plan-networking.ts';
import { portsOf } from '../networks/ports.ts';
import type { Parts } from './parts.ts';
import { planContainer } from './plan.ts';
import { toContainer } from './view.ts';

export async function createContainer(parts: Parts, options: CreateOptions, operation: Operation): Promise<Container> {
  const { images, store, catalog, journal, networks, volumes } = parts;
  const { names } = catalog;
  const image = images.resolve(options.image, options.platform);
  const id = newContainerId();
  const confinement = planConfinement(parts, options.confinement ?? {});
  const limits = planLimits(options.limits ?? {}, operation.log);
  const mounts = planMounts(parts, options, image.volumes);
  const { network, networking } = planNetworking(parts, image, options);
  // As Docker says it.
  if (network === 'host' && (options.networking?.ports ?? []).length > 0)
    operation.log('warn', 'Published ports are discarded when using host network mode');
  let name: string | undefined;
  try {
    const { runtime = parts.runtime } = options;
    const plan = planContainer(id, image, { ...options, network, runtime }, { store, mounts, confinement, limits });
    const { config, record } = { ...plan, record: { ...plan.record, networking } };
    operation.signal.throwIfAborted();
    const wanted = options.name?.replace(/^\//, '');
    if (wanted !== undefined) names.claim(wanted, id);
    name = wanted ?? names.claimRandom(id);
    writeContainer(catalog.folder(id), { ...record, name }, config);
    const created = { ...record, name };
    catalog.records.wrote(created, config);
    journal.note('create', created);
    const endpoints = networks.endpoints(created, undefined);
    return toContainer(created, { status: 'created' }, { endpoints, ports: portsOf(created, undefined) });
  } catch (error) {
    if (name !== undefined) names.release(name, id);
    volumes.forget(anonymousVolumes({ mounts }));
    throw error;
  }
}

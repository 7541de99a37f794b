import { newContainerId } from '../../container/names.ts';
import { writeContainer } from '../../container/record.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Container, CreateOptions } from '../types.ts';
import type { Parts } from './parts.ts';
import { planContainer } from './plan.ts';
import { toContainer } from './view.ts';

export async function createContainer(
  { images, store, catalog, journal }: Parts,
  options: CreateOptions,
  operation: Operation,
): Promise<Container> {
  const { names } = catalog;
  const image = images.resolve(options.image);
  const id = newContainerId();
  const { config, record } = planContainer(id, image, options, store);
  operation.signal.throwIfAborted();
  const name = options.name === undefined ? names.claimRandom(id) : options.name;
  if (options.name !== undefined) names.claim(name, id);
  try {
    writeContainer(catalog.folder(id), { ...record, name }, config);
  } catch (error) {
    names.release(name, id);
    throw error;
  }
  journal.note('create', { ...record, name });
  return toContainer({ ...record, name }, { status: 'created' }, undefined);
}

import { updateRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { renameOnNetworks } from '../networks/rename.ts';
import type { Parts } from './parts.ts';
import { writeAttributes } from './run-files.ts';
import { phrase } from '../../lib/phrase.ts';

/** Claims the new name first: whoever dies in between leaves the container with two names rather than with none. */
export async function renameContainer(parts: Parts, id: string, newName: string): Promise<void> {
  const { catalog, journal } = parts;
  const record = catalog.record(id);
  const name = newName.replace(/^\//, '');
  if (name === '') throw new SkiffError('invalid-argument', phrase('new name cannot be empty'));
  if (name === record.name)
    throw new SkiffError('invalid-argument', phrase('renaming a container with the same name as its current name'));
  catalog.names.claim(name, record.id);
  try {
    await updateRecord(catalog.folder(record.id), (current) => ({ ...current, name }));
  } catch (error) {
    catalog.names.release(name, record.id);
    throw error;
  }
  catalog.names.release(record.name, record.id);
  renameOnNetworks(parts, record.name, { ...record, name });
  writeAttributes(parts, { ...record, name });
  journal.note('rename', { ...record, name }, { oldName: `/${record.name}` });
}

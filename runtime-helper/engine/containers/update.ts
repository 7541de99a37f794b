import { updateRecord, type RestartPolicy } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';

/** Changes what may be changed of a container that exists, and of the monitor that runs it. */
export async function updateContainer(
  { catalog, journal }: Parts,
  id: string,
  { restartPolicy }: { restartPolicy?: RestartPolicy },
): Promise<void> {
  const record = catalog.record(id);
  if (catalog.state(record).status === 'dead')
    throw new SkiffError('conflict', `container ${record.id} is marked for removal and cannot be updated`);
  if (restartPolicy) {
    if (record.autoRemove && restartPolicy.name !== 'no')
      throw new SkiffError(
        'conflict',
        'restart policy cannot be updated because AutoRemove is enabled for the container',
      );
    await updateRecord(catalog.folder(record.id), (current) => ({ ...current, restartPolicy }));
    await withMonitor(catalog, record, async (monitor) => monitor.setPolicy(restartPolicy));
  }
  journal.note('update', record);
}

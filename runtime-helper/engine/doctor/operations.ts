import { asSkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { readMachine } from '../../sys/machine.ts';
import { findBlockers } from '../../network/blockers.ts';
import { probe } from '../../sys/probe.ts';
import type { Privileges } from '../privileges.ts';
import type { Store } from '../store.ts';
import type { DoctorOperations } from '../types.ts';
import { findings, type Facts } from './findings.ts';

export function doctorOperations({ store, privileges }: { store: Store; privileges: Privileges }): DoctorOperations {
  /** Absent: there are no privileges to try with, which is a finding of its own. */
  const tryAll = async (operation: Operation): Promise<Pick<Facts, 'probes' | 'blockers'>> => {
    try {
      const spawner = await privileges.spawner();
      const [probes, blockers] = await Promise.all([probe(spawner), findBlockers(spawner)]);
      return { probes, blockers };
    } catch (error) {
      const failure = asSkiffError(error);
      if (failure.code !== 'permission-denied') throw failure;
      operation.log('info', `nothing was tried: ${failure.message}`);
      return { probes: undefined, blockers: [] };
    }
  };
  return {
    examine: async (operation) => {
      const tried = await tryAll(operation);
      return findings({
        machine: readMachine(store.root),
        privilege: privileges.state,
        ...tried,
        storeRoot: store.root,
        storeId: store.id,
      });
    },
  };
}

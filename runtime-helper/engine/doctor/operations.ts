import { asSkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { readMachine } from '../../sys/machine.ts';
import { probe, type ProbeResults } from '../../sys/probe.ts';
import type { Privileges } from '../privileges.ts';
import type { Store } from '../store.ts';
import type { DoctorOperations } from '../types.ts';
import { findings } from './findings.ts';

export function doctorOperations({ store, privileges }: { store: Store; privileges: Privileges }): DoctorOperations {
  /** Absent: there are no privileges to try with, which is a finding of its own. */
  const tryAll = async (operation: Operation): Promise<ProbeResults | undefined> => {
    try {
      return await probe(await privileges.spawner());
    } catch (error) {
      const failure = asSkiffError(error);
      if (failure.code !== 'permission-denied') throw failure;
      operation.log('info', `nothing was tried: ${failure.message}`);
      return undefined;
    }
  };
  return {
    examine: async (operation) => {
      const probes = await tryAll(operation);
      return findings({
        machine: readMachine(store.root),
        privilege: privileges.state,
        probes,
        storeRoot: store.root,
      });
    },
  };
}

import { join } from 'node:path';
import { seccompProfile } from '../../container/confinement.ts';
import { checkOtherRuntime, type OtherRuntime } from '../../container/oci-bundle.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { RuntimeConfig } from '../../oci/runtime-config.ts';
import { boundingSet, findRuntime, ownRuntime } from '../../sys/oci-runtime.ts';
import type { Store } from '../store.ts';

/** What a record says of the runtime that was asked for. Throws when it is none, or can't make such a container. */
export function planRuntime(
  name: string | undefined,
  config: RuntimeConfig,
  confinement: NonNullable<ContainerRecord['confinement']>,
): Pick<ContainerRecord, 'runtime'> {
  if (name === undefined || name === '' || name === ownRuntime) return {};
  findRuntime(name);
  checkOtherRuntime(name, config, confinement);
  return { runtime: name };
}

/** Found anew each time: programs move. Absent: our own. */
export function otherRuntime(
  store: Pick<Store, 'id'>,
  { id, runtime, confinement = {} }: ContainerRecord,
): { runtime?: OtherRuntime } {
  if (runtime === undefined) return {};
  const seccomp = seccompProfile(confinement);
  const cgroup = join('/', confinement.cgroupParent ?? '', `skiff-${store.id}`, id);
  return { runtime: { ...findRuntime(runtime), cgroup, boundingSet: boundingSet(), ...(seccomp ? { seccomp } : {}) } };
}

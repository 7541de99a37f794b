import type { ContainerRecord } from '../../container/record.ts';
import { isActive } from '../../container/state.ts';
import type { Container } from '../types.ts';

/** A record and its derived state as the doors see them. */
export function toContainer(
  record: ContainerRecord,
  state: Container['state'],
  address: string | undefined,
): Container {
  const { id, name, image, imageId, command, createdAt, hostname, tty, openStdin, autoRemove, network } = record;
  const ipAddress = isActive(state) && address !== undefined ? { ipAddress: address } : {};
  return {
    id,
    name,
    image,
    imageId,
    command,
    createdAt,
    tty,
    openStdin,
    autoRemove,
    hostname,
    network,
    labels: record.labels,
    mounts: record.mounts ?? [],
    confinement: record.confinement ?? {},
    limits: record.limits ?? {},
    restartPolicy: record.restartPolicy ?? { name: 'no', maximumRetryCount: 0 },
    stopSignal: record.stopSignal,
    ...(record.stopTimeout === undefined ? {} : { stopTimeout: record.stopTimeout }),
    ...ipAddress,
    state,
  };
}

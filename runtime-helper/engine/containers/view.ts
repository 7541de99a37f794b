import type { ContainerRecord } from '../../container/record.ts';
import type { Container } from '../types.ts';

/** A record and its derived state as the doors see them. */
export function toContainer(
  record: ContainerRecord,
  state: Container['state'],
  { endpoints, ports }: Pick<Container, 'endpoints' | 'ports'>,
): Container {
  const { id, name, image, imageId, command, createdAt, hostname, tty, openStdin, autoRemove, network } = record;
  const address = endpoints.find(({ ipv4 }) => ipv4 !== undefined)?.ipv4;
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
    ...(address === undefined ? {} : { ipAddress: address.replace(/\/.*/, '') }),
    endpoints,
    ports,
    state,
  };
}

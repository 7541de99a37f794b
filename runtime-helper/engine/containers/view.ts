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
    runtime: record.runtime ?? 'skiff',
    labels: record.labels,
    ...(record.annotations ? { annotations: record.annotations } : {}),
    mounts: record.mounts ?? [],
    volumesFrom: record.volumesFrom ?? [],
    confinement: record.confinement ?? {},
    limits: record.limits ?? {},
    restartPolicy: record.restartPolicy ?? { name: 'no', maximumRetryCount: 0 },
    log: record.log ?? { driver: 'json-file', maxSize: 0, maxFiles: 1 },
    ...(record.healthcheck === undefined ? {} : { healthcheck: record.healthcheck }),
    stopSignal: record.stopSignal,
    ...(record.stopTimeout === undefined ? {} : { stopTimeout: record.stopTimeout }),
    ...(address === undefined ? {} : { ipAddress: address.replace(/\/.*/, '') }),
    endpoints,
    ports,
    state,
  };
}

/** What a container is allowed, and what it may use. */
import type { Confinement } from '../../container/confinement.ts';
import type { DeviceLimit, Limits } from '../../container/limits.ts';

export type { Confinement, NamespaceMode } from '../../container/confinement.ts';
export type { DeviceLimit, LimitChanges, Limits } from '../../container/limits.ts';
export type { DeviceRule } from '../../oci/runtime-config.ts';

/** As a door asks for it: devices by their paths, a profile by its text, containers by id or name. */
export type ConfinementRequest = Omit<Confinement, 'devices'> & {
  devices?: DeviceRequest[];
};

/** A device, or a folder of devices, of the host's, and where the container has it. `access`: some of `rwm`. */
export type DeviceRequest = { source: string; target: string; access: string };

/** As a door asks for them: block devices by their paths alone. */
export type LimitsRequest = {
  [K in keyof Limits]: NonNullable<Limits[K]> extends DeviceLimit[] ? Pick<DeviceLimit, 'path' | 'value'>[] : Limits[K];
};

import { existsSync } from 'node:fs';
import type { Confinement, NamespaceMode } from '../../container/confinement.ts';
import { allHostDevices, hostDevices } from '../../container/host-devices.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { ConfinementRequest } from '../types.ts';
import type { Parts } from './parts.ts';

/** What was asked for with all names looked up. Throws invalid-argument and failed-precondition. */
export function planConfinement(parts: Parts, request: ConfinementRequest): Confinement {
  const { devices = [], pid, ipc, apparmor, ...rest } = request;
  const found = devices.flatMap(({ source, target, access }) =>
    hostDevices(source, target).map((device) => ({ device, access })),
  );
  const all = rest.privileged ? allHostDevices().map((device) => ({ device, access: 'rwm' })) : [];
  checkAppArmor(apparmor);
  return {
    ...rest,
    ...(all.length + found.length > 0 ? { devices: [...all, ...found] } : {}),
    ...(pid === undefined ? {} : { pid: lookUp(parts, pid) }),
    ...(ipc === undefined ? {} : { ipc: ipc === 'none' ? ipc : lookUp(parts, ipc) }),
    ...(apparmor === undefined || apparmor === 'unconfined' ? {} : { apparmor }),
  };
}

function lookUp({ catalog }: Parts, mode: NamespaceMode): NamespaceMode {
  return typeof mode === 'object' ? { container: catalog.record(mode.container).id } : mode;
}

function checkAppArmor(profile: string | undefined): void {
  if (profile === undefined || profile === 'unconfined' || existsSync('/sys/kernel/security/apparmor')) return;
  throw new SkiffError('failed-precondition', `AppArmor is not enabled on this machine: no profile "${profile}"`, {
    exitCode: 125,
  });
}

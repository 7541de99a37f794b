import { existsSync } from 'node:fs';
import { appArmorProfile, type Confinement, type NamespaceMode } from '../../container/confinement.ts';
import { allHostDevices, hostDevices } from '../../container/host-devices.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { ProcessConfig } from '../../oci/runtime-config.ts';
import type { ConfinementRequest } from '../types.ts';
import type { Parts } from './parts.ts';

/** What was asked for with all names looked up. Throws invalid-argument and failed-precondition. */
export function planConfinement(parts: Parts, request: ConfinementRequest): Confinement {
  const { devices = [], pid, ipc, ...rest } = request;
  const found = devices.flatMap(({ source, target, access }) =>
    hostDevices(source, target).map((device) => ({ device, access })),
  );
  const all = rest.privileged ? allHostDevices().map((device) => ({ device, access: 'rwm' })) : [];
  checkAppArmor(rest.apparmor);
  return {
    ...rest,
    ...(all.length + found.length > 0 ? { devices: [...all, ...found] } : {}),
    ...(pid === undefined ? {} : { pid: lookUp(parts, pid) }),
    ...(ipc === undefined ? {} : { ipc: ipc === 'none' ? ipc : lookUp(parts, ipc) }),
  };
}

function lookUp({ catalog }: Parts, mode: NamespaceMode): NamespaceMode {
  return typeof mode === 'object' ? { container: catalog.record(mode.container).id } : mode;
}

/** The process with the profile that it enters: this kernel's, which need not be the one that the container was made on. */
export function withAppArmor(process: ProcessConfig, { confinement = {} }: ContainerRecord): ProcessConfig {
  const apparmorProfile = appArmorProfile(confinement, hasAppArmor());
  return apparmorProfile === undefined ? process : { ...process, apparmorProfile };
}

/** Also not where a container around us hides it: then its outside confines us all. */
export const hasAppArmor = (): boolean => existsSync('/sys/kernel/security/apparmor');

function checkAppArmor(profile: string | undefined): void {
  if (profile === undefined || profile === 'unconfined' || hasAppArmor()) return;
  throw new SkiffError('failed-precondition', `AppArmor is not enabled on this machine: no profile "${profile}"`);
}

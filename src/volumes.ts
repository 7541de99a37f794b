/** Wiring of what shows volumes. */
import type { Disposable } from 'vscode';
import type { Client } from '../runtime-helper/client/client.ts';
import { VolumeMirror } from './helper/volume-mirror.ts';
import type { Containers } from './model/containers.ts';
import { Volumes } from './model/volumes.ts';
import type { AbsenceKeys } from './ui/absence-keys.ts';
import { VolumesView } from './views/volumes-view.ts';

/** `helperReturned` is to be called with each helper that comes up. */
export function showVolumes(
  client: Client,
  containers: Containers,
  absences: AbsenceKeys,
  inBackground: (work: Promise<unknown>) => void,
): { helperReturned: () => void; parts: Disposable[] } {
  const volumes = new Volumes();
  const mirror = new VolumeMirror(client, volumes);
  const view = new VolumesView(volumes, containers, () => mirror.list());
  const list = (): void => inBackground(mirror.list());
  if (view.visible) list();
  return {
    helperReturned: () => inBackground(mirror.helperReturned()),
    parts: [view, volumes.onChanged(() => absences.tell({ volumes: volumes.all.length === 0 })), view.onShown(list)],
  };
}

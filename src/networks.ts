/** Wiring of what shows networks. */
import type { Disposable } from 'vscode';
import type { Client } from '../runtime-helper/client/client.ts';
import { absentNetworks } from './model/absences.ts';
import { NetworkMirror } from './helper/network-mirror.ts';
import { Networks } from './model/networks.ts';
import type { AbsenceKeys } from './ui/absence-keys.ts';
import { NetworksView } from './views/networks-view.ts';

/** `helperReturned` is to be called with each helper that comes up. */
export function showNetworks(
  client: Client,
  absences: AbsenceKeys,
  inBackground: (work: Promise<unknown>) => void,
): { helperReturned: () => void; parts: Disposable[] } {
  const networks = new Networks();
  const mirror = new NetworkMirror(client, networks);
  const view = new NetworksView(networks, () => mirror.list());
  const list = (): void => inBackground(mirror.list());
  if (view.visible) list();
  return {
    helperReturned: () => inBackground(mirror.helperReturned()),
    parts: [view, networks.onChanged(() => absences.tell(absentNetworks(networks.all))), view.onShown(list)],
  };
}

/** Wiring of the views of images, networks and volumes: each is a list that is asked for when its view is seen for the first time. */
import type { Disposable } from 'vscode';
import type { Client } from '../runtime-helper/client/client.ts';
import type { CommandContext } from './commands/context.ts';
import { dropFiles } from './commands/images/files.ts';
import { ListMirror, type ListSource } from './helper/list-mirror.ts';
import { absentNetworks } from './model/absences.ts';
import type { Containers } from './model/containers.ts';
import { Images } from './model/images.ts';
import type { Subscription } from './model/listeners.ts';
import { Networks } from './model/networks.ts';
import { Volumes } from './model/volumes.ts';
import type { AbsenceKeys } from './ui/absence-keys.ts';
import { ImagesView } from './views/images-view.ts';
import { NetworksView } from './views/networks-view.ts';
import { VolumesView } from './views/volumes-view.ts';

type Options = {
  client: Client;
  containers: Containers;
  context: CommandContext;
  absences: AbsenceKeys;
  inBackground: (work: Promise<unknown>) => void;
};
type ListView = Disposable & {
  visible: boolean;
  selection: readonly unknown[];
  onShown: (listener: () => void) => Subscription;
};
/** `selections`: the rows that are selected in each view, by its id. */
type List = {
  helperReturned: () => void;
  selections: Record<string, () => readonly unknown[]>;
  parts: Disposable[];
};

/** `helperReturned` is to be called with each helper that comes up. */
export function showLists(options: Options): List {
  const lists = [showImages(options), showNetworks(options), showVolumes(options)];
  return {
    helperReturned: () => lists.forEach((list) => list.helperReturned()),
    selections: Object.assign({}, ...lists.map(({ selections }) => selections)) as List['selections'],
    parts: lists.flatMap(({ parts }) => parts),
  };
}

function showImages({ client, containers, context, absences, inBackground }: Options): List {
  const images = new Images();
  const source = {
    list: async () => (await client.listImages()).images,
    onChanged: (listener: (all: typeof images.all) => void) =>
      client.onImagesChanged((change) => listener(change.images)),
  };
  return follow('skiff.images', source, images, inBackground, (listed) => {
    const view = new ImagesView(images, containers, listed);
    const parts = [
      images.onChanged(() => absences.tell({ images: images.all.length === 0 })),
      view.onDropped((uris) => inBackground(dropFiles(context, uris))),
    ];
    return { view, parts };
  });
}

function showNetworks({ client, absences, inBackground }: Options): List {
  const networks = new Networks();
  const source = {
    list: async () => (await client.listNetworks()).networks,
    onChanged: (listener: (all: typeof networks.all) => void) =>
      client.onNetworksChanged((change) => listener(change.networks)),
  };
  return follow('skiff.networks', source, networks, inBackground, (listed) => ({
    view: new NetworksView(networks, listed),
    parts: [networks.onChanged(() => absences.tell(absentNetworks(networks.all)))],
  }));
}

function showVolumes({ client, containers, absences, inBackground }: Options): List {
  const volumes = new Volumes();
  const source = {
    list: async () => (await client.listVolumes()).volumes,
    onChanged: (listener: (all: typeof volumes.all) => void) =>
      client.onVolumesChanged((change) => listener(change.volumes)),
  };
  return follow('skiff.volumes', source, volumes, inBackground, (listed) => ({
    view: new VolumesView(volumes, containers, listed),
    parts: [volumes.onChanged(() => absences.tell({ volumes: volumes.all.length === 0 }))],
  }));
}

/** `show` is given what settles with the first list. */
function follow<Thing>(
  id: string,
  source: ListSource<Thing>,
  model: { replace: (all: readonly Thing[]) => void },
  inBackground: Options['inBackground'],
  show: (listed: () => Promise<void>) => { view: ListView; parts: Disposable[] },
): List {
  const mirror = new ListMirror(source, model);
  const { view, parts } = show(() => mirror.list());
  const list = (): void => inBackground(mirror.list());
  if (view.visible) list();
  return {
    helperReturned: () => inBackground(mirror.helperReturned()),
    selections: { [id]: () => view.selection },
    parts: [mirror, view, view.onShown(list), ...parts],
  };
}

/** Wiring of what shows images. */
import type { Disposable } from 'vscode';
import type { Client } from '../runtime-helper/client/client.ts';
import type { CommandContext } from './commands/context.ts';
import { dropFiles } from './commands/image-files.ts';
import { ImageMirror } from './helper/image-mirror.ts';
import type { Containers } from './model/containers.ts';
import { Images } from './model/images.ts';
import type { AbsenceKeys } from './ui/absence-keys.ts';
import { ImagesView } from './views/images-view.ts';

/** `helperReturned` is to be called with each helper that comes up. */
export function showImages(
  client: Client,
  containers: Containers,
  context: CommandContext,
  absences: AbsenceKeys,
  inBackground: (work: Promise<unknown>) => void,
): { helperReturned: () => void; parts: Disposable[] } {
  const images = new Images();
  const mirror = new ImageMirror(client, images);
  const view = new ImagesView(images, containers, () => mirror.list());
  const list = (): void => inBackground(mirror.list());
  if (view.visible) list();
  return {
    helperReturned: () => inBackground(mirror.helperReturned()),
    parts: [
      view,
      images.onChanged(() => absences.tell({ images: images.all.length === 0 })),
      view.onShown(list),
      view.onDropped((uris) => inBackground(dropFiles(context, uris))),
    ],
  };
}

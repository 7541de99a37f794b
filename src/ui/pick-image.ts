import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { describeSize } from '../model/sizes.ts';
import { plainLabel } from './plain-text.ts';

type ImageItem = QuickPickItem & { reference?: string };

/** Asks for an image: one that was run last, a local one, this machine itself, or a reference that is typed. */
export async function pickImage(
  title: string,
  images: readonly ImageSummary[],
  recent: readonly string[] = [],
): Promise<string | undefined> {
  const known = knownItems(images, recent);
  const pick = window.createQuickPick<ImageItem>();
  pick.title = title;
  pick.placeholder = 'Choose an image, or type its reference';
  pick.matchOnDescription = true;
  pick.items = known;
  pick.onDidChangeValue((value) => {
    const typed = value.trim();
    const isKnown = typed === '' || known.some((item) => item.reference === typed);
    pick.items = isKnown
      ? known
      : [...known, { label: plainLabel(typed), description: 'use this reference', reference: typed, alwaysShow: true }];
  });
  const chosen = await new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => {
      // Who types fast accepts before his own words are an item.
      resolve(pick.selectedItems[0]?.reference ?? (pick.value.trim() || undefined));
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return chosen;
}

function knownItems(images: readonly ImageSummary[], recent: readonly string[]): ImageItem[] {
  const all = localItems(images);
  const isRecent = ({ reference = '' }: ImageItem): boolean => recent.includes(reference);
  const latest = recent.flatMap(
    (reference) => all.find((item) => item.reference === reference) ?? remoteItem(reference),
  );
  const others = all.filter((item) => !isRecent(item));
  const split = (label: string, items: ImageItem[]): ImageItem[] =>
    items.length > 0 ? [{ label, kind: QuickPickItemKind.Separator }, ...items] : [];
  if (latest.length === 0) return [...others.slice(0, 1), ...split('local images', others.slice(1))];
  return [...split('run here last', latest), ...split('local images', others)];
}

/** It has been removed since, and would be pulled again. */
function remoteItem(reference: string): ImageItem {
  return { label: plainLabel(reference), description: 'to be pulled', reference };
}

/** This machine's own files first. */
function localItems(images: readonly ImageSummary[]): ImageItem[] {
  const local = images
    .filter(({ id }) => id !== 'host')
    .flatMap((image) => image.references.map((reference) => localItem(reference, image)));
  return [
    {
      label: '@host',
      description: 'this machine’s own files',
      detail: 'An isolated, writable copy of this machine; nothing on it is changed',
      reference: '@host',
    },
    ...local,
  ];
}

function localItem(reference: string, image: ImageSummary): ImageItem {
  return {
    label: plainLabel(reference),
    description: `${describeSize(image.size)} · ${image.id.replace('sha256:', '').slice(0, 12)}`,
    reference,
  };
}

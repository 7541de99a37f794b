import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { referenceProblem } from '../model/image-words.ts';
import { describeSize } from '../model/sizes.ts';
import { plainLabel } from './plain-text.ts';
import { t } from '../model/l10n.ts';

type ImageItem = QuickPickItem & { reference?: string };

/** Asks for an image: one that was run last, a local one, this machine itself, or a reference that is typed. */
export async function pickImage(
  title: string,
  images: readonly ImageSummary[],
  recent: readonly string[] = [],
): Promise<string | undefined> {
  const known = knownItems(images, recent);
  return choose({ title, placeholder: t('Choose an image, or type its reference') }, '', (typed) =>
    typed === undefined || known.some(({ reference }) => reference === typed.reference) ? known : [...known, typed],
  );
}

/** Asks for the reference of an image to be pulled: what is typed, as it is, or one that was pulled before or is here. */
export async function pickRemote(
  title: string,
  images: readonly ImageSummary[],
  recent: readonly string[],
  value: string,
): Promise<string | undefined> {
  const local = localItems(images).filter(({ reference }) => reference !== '@host');
  const latest = recent.map(
    (reference) => local.find((item) => item.reference === reference) ?? { label: plainLabel(reference), reference },
  );
  const others = local.filter(({ reference = '' }) => !recent.includes(reference));
  const known = [...split(t('pulled here last'), latest), ...split(t('local images'), others)];
  return choose({ title, placeholder: t('Reference of the image: alpine, ghcr.io/owner/name:tag') }, value, (typed) =>
    // First, or Enter would take another one that begins with the same words.
    typed ? [typed, ...known.filter(({ reference }) => reference !== typed.reference)] : known,
  );
}

/** `itemsFor` has the item of what is typed, unless that is nothing. */
async function choose(
  { title, placeholder }: { title: string; placeholder: string },
  value: string,
  itemsFor: (typed: ImageItem | undefined) => ImageItem[],
): Promise<string | undefined> {
  const pick = window.createQuickPick<ImageItem>();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  const show = (): void => {
    pick.items = itemsFor(typedItem(pick.value.trim()));
  };
  pick.value = value;
  show();
  pick.onDidChangeValue(show);
  const chosen = await new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      // Who types fast accepts before his own words are an item.
      const reference = item ? item.reference : pick.value.trim();
      if (reference === undefined || !/^\S+$/.test(reference)) return;
      resolve(reference);
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return chosen;
}

function typedItem(typed: string): ImageItem | undefined {
  if (typed === '') return undefined;
  const item = { label: plainLabel(typed), alwaysShow: true };
  const problem = referenceProblem(typed);
  return problem === undefined
    ? { ...item, description: t('use this reference'), reference: typed }
    : { ...item, description: problem };
}

const split = (label: string, items: ImageItem[]): ImageItem[] =>
  items.length > 0 ? [{ label, kind: QuickPickItemKind.Separator }, ...items] : [];

function knownItems(images: readonly ImageSummary[], recent: readonly string[]): ImageItem[] {
  const all = localItems(images);
  const isRecent = ({ reference = '' }: ImageItem): boolean => recent.includes(reference);
  const latest = recent.flatMap(
    (reference) => all.find((item) => item.reference === reference) ?? remoteItem(reference),
  );
  const others = all.filter((item) => !isRecent(item));
  if (latest.length === 0) return [...others.slice(0, 1), ...split(t('local images'), others.slice(1))];
  return [...split(t('run here last'), latest), ...split(t('local images'), others)];
}

/** It has been removed since, and would be pulled again. */
function remoteItem(reference: string): ImageItem {
  return { label: plainLabel(reference), description: t('to be pulled'), reference };
}

/** This machine's own files first. */
function localItems(images: readonly ImageSummary[]): ImageItem[] {
  const local = images
    .filter(({ id }) => id !== 'host')
    .flatMap((image) => image.references.map((reference) => localItem(reference, image)));
  return [
    {
      label: '@host',
      description: t('this machine’s own files'),
      detail: t('An isolated, writable copy of this machine; nothing on it is changed'),
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

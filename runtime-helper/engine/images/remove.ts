import type { IndexEntry, StoredImage } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import { familiarName, fullName, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { withoutSpareEntries } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';
import { findImage } from './find.ts';

type Removed = { untagged: string[]; deleted: string[] };

/**
 * Takes a name from an image, or all of them when it is meant by its id; without names it is deleted. As Docker: an image
 * that a container was made of keeps its last name, unless `force`: then it stays, nameless, until its containers are gone.
 */
export async function removeImage(
  keeper: ImageKeeper,
  usersOf: (imageId: string) => { name: string; id: string }[],
  text: string,
  { force }: { force: boolean },
): Promise<Removed> {
  if (text === '@host') throw new SkiffError('invalid-argument', '@host is this machine: it can not be removed');
  return keeper.images.locked(async () => {
    const image = findImage(keeper.images.images(), text);
    const name = nameIn(image, text);
    if (name === undefined && image.references.length > 1 && !force)
      throw new SkiffError('conflict', `unable to delete ${shortId(image)} (must be forced): it has several names`);
    const names = name === undefined ? image.references : [name];
    const users = usersOf(image.id);
    const isLast = names.length === image.references.length;
    const user = users[0];
    if (isLast && user && (!force || names.length === 0)) throw inUse(text, image, user);
    const keep = !isLast || users.length > 0;
    const manifests = new Set(image.manifests.map(({ digest }) => digest));
    keeper.images.update((entries) => withoutNames(entries, { names, manifests, keep }));
    const deleted = keep ? [] : [image.id, ...(await keeper.collect(blobsOf(image), image.config.diffIds))];
    return { untagged: names.map((reference) => familiarName(parseReference(reference))), deleted };
  });
}

/** Undefined: the image was meant by its id. */
function nameIn(image: StoredImage, text: string): string | undefined {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(text) || text.startsWith('sha256:')) return undefined;
  const name = fullName(withDefaultTag(parseReference(text)));
  return image.references.includes(name) ? name : undefined;
}

function withoutNames(
  entries: IndexEntry[],
  change: { names: string[]; manifests: Set<string>; keep: boolean },
): IndexEntry[] {
  const left = entries.flatMap((entry): IndexEntry[] => {
    if (!change.manifests.has(entry.manifest.digest)) return [entry];
    if (!change.keep) return [];
    const loses = entry.reference !== undefined && change.names.includes(entry.reference);
    return loses ? [{ manifest: entry.manifest }] : [entry];
  });
  return withoutSpareEntries(left);
}

function blobsOf({ id, manifests }: StoredImage): string[] {
  return [
    id,
    ...manifests.flatMap(({ digest, manifest }) => [digest, ...manifest.layers.map((layer) => layer.digest)]),
  ];
}

function inUse(text: string, image: StoredImage, user: { name: string; id: string }): SkiffError {
  return new SkiffError(
    'failed-precondition',
    `unable to remove ${text}: container ${user.name} (${user.id.slice(0, 12)}) is using its image ${shortId(image)}`,
    { hint: `Remove the container first: skiff rm ${user.name}` },
  );
}

function shortId({ id }: StoredImage): string {
  return id.replace('sha256:', '').slice(0, 12);
}

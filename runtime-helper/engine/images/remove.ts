import { canonicalName, type IndexEntry, type StoredImage } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import { familiarName, fullName, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { withoutSpareEntries } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';
import { findImage } from './find.ts';
import { repositoryOf } from './tag.ts';
import { assertPlatform, wantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

type Removed = { id: string; untagged: string[]; deleted: string[] };

/**
 * Takes a name from an image, or all of them when it is meant by its id; without names it is deleted. As Docker: with the last tag in a repository
 * goes the image's digest there, and an image that a container was made of keeps its last name, unless `force`: then it stays, nameless, until
 * its containers are gone.
 */
export async function removeImage(
  keeper: ImageKeeper,
  usersOf: (imageId: string) => { name: string; id: string }[],
  text: string,
  { force, platform }: { force: boolean; platform?: string },
): Promise<Removed> {
  if (text === '@host')
    throw new SkiffError('invalid-argument', phrase('@host is this machine: it can not be removed'));
  const wanted = wantedPlatform(platform);
  return keeper.images.locked(async () => {
    const image = findImage(keeper.images.images(), text);
    assertPlatform(image.config, wanted, text);
    const all = [...image.references, ...image.digests];
    const names = namesMeant(image, text);
    const meantById = names.length === 0;
    if (meantById && !force && new Set(all.map(repositoryOf)).size > 1)
      throw new SkiffError(
        'conflict',
        phrase('unable to delete {0} (must be forced): the image has names in several repositories', shortId(image)),
      );
    const lost = meantById ? all : names;
    const users = usersOf(image.id);
    const isLast = lost.length === all.length;
    const user = users[0];
    if (isLast && user && (!force || all.length === 0)) throw inUse(text, image, user);
    const keep = !isLast || users.length > 0;
    const manifests = new Set(image.manifests.map(({ digest }) => digest));
    keeper.images.update((entries) => withoutNames(entries, { names: lost, manifests, keep }));
    const deleted = keep ? [] : [image.id, ...(await keeper.collect(blobsOf(image), image.config.diffIds))];
    return { id: image.id, untagged: lost.map((name) => familiarName(parseReference(name))), deleted };
  });
}

/** The image's names that `text` takes away; none: it was meant by its id. */
function namesMeant(image: StoredImage, text: string): string[] {
  const isId = /^(sha256:)?[0-9a-f]{64}$/.test(text) || text.startsWith('sha256:');
  if (isId) return [];
  const { tag, ...rest } = withDefaultTag(parseReference(text));
  const name = fullName(rest.digest === undefined && tag !== undefined ? { ...rest, tag } : rest);
  if (![...image.references, ...image.digests].includes(name)) return [];
  const repository = repositoryOf(name);
  const isIn = (other: string): boolean => repositoryOf(other) === repository;
  const others = image.references.filter((other) => other !== name && isIn(other));
  // A digest is the repository's, and stands behind each of its tags.
  return others.length > 0 && !name.includes('@')
    ? [name]
    : [name, ...image.digests.filter((one) => one !== name && isIn(one))];
}

function withoutNames(
  entries: IndexEntry[],
  change: { names: string[]; manifests: Set<string>; keep: boolean },
): IndexEntry[] {
  const left = entries.flatMap((entry): IndexEntry[] => {
    if (!change.manifests.has(entry.manifest.digest)) return [entry];
    if (!change.keep) return [];
    const { manifest, reference = '', digest } = entry;
    if (change.names.includes(reference)) return [{ manifest }];
    // A tag outlives the digest that was taken from its repository.
    return change.names.includes(canonicalName(reference, digest) ?? '') ? [{ manifest, reference }] : [entry];
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
    phrase(
      'unable to remove {0}: container {1} ({2}) is using its image {3}',
      text,
      user.name,
      user.id.slice(0, 12),
      shortId(image),
    ),
    { hint: phrase('Remove the container first: skiff rm {0}', user.name) },
  );
}

function shortId({ id }: StoredImage): string {
  return id.replace('sha256:', '').slice(0, 12);
}

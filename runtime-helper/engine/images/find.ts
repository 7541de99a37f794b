import { SkiffError } from '../../lib/errors.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { fit, formatPlatform } from '../../oci/platform.ts';
import { platformOf, type WantedPlatform } from './wanted-platform.ts';
import type { StoredImage } from '../../content/image-store.ts';
import { familiarName, fullName, parseReference, withDefaultTag, type Reference } from '../../oci/reference.ts';
import { phrase } from '../../lib/phrase.ts';

/** As Docker: a name wins over an id; a prefix of an id must be unique. */
export function findImage(images: StoredImage[], text: string): StoredImage {
  const byId = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(text)?.[1];
  const reference =
    byId?.length === 64 || text.startsWith('sha256:') ? undefined : withDefaultTag(parseReference(text));
  if (reference) {
    const name = fullName(reference);
    const canonical = fullName({ domain: reference.domain, path: reference.path, ...digestOf(reference) });
    const named = images.find(({ references, digests, manifests }) =>
      reference.digest === undefined
        ? references.includes(name)
        : digests.includes(canonical) || manifests.some(({ digest }) => digest === reference.digest),
    );
    if (named) return named;
  }
  const matches = byId === undefined ? [] : images.filter(({ id }) => id.startsWith(`sha256:${byId}`));
  if (matches.length > 1) throw new SkiffError('conflict', phrase('multiple images found with the prefix {0}', text));
  if (matches[0]) return matches[0];
  const wanted = reference ? familiarName(reference) : text;
  throw new SkiffError('not-found', phrase("Unable to find image '{0}' locally", wanted), {
    hint: phrase('Bring it in: skiff pull {0}', wanted),
  });
}

/** How the message begins for each of them. */
const missingWords = 'Unable to find image';

/** An image for another platform is none: who asks for one has it pulled. */
export function assertRightPlatform(config: ImageConfig, { platform }: WantedPlatform, reference: string): void {
  const actual = platformOf(config);
  if (fit(actual, platform) > 0) return;
  const [wanted, is] = [formatPlatform(platform), formatPlatform(actual)];
  throw new SkiffError(
    'not-found',
    phrase("Unable to find image '{0}' for {1} locally: the one here is for {2}", reference, wanted, is),
    {
      hint: phrase('Bring it in: skiff pull --platform {0} {1}', wanted, reference),
    },
  );
}

export function isMissingImage(error: unknown): boolean {
  return error instanceof SkiffError && error.code === 'not-found' && error.message.startsWith(missingWords);
}

const digestOf = ({ digest }: Reference): { digest?: string } => (digest === undefined ? {} : { digest });

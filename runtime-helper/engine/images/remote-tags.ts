import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import type { RegistryAccess } from '../types.ts';
import { withRegistries } from './access.ts';

/** The images of a repository at home: mirrors need not know all. */
export function remoteTags(text: string, access: RegistryAccess, operation: Operation): Promise<string[]> {
  const reference = parseReference(text);
  if (reference.tag !== undefined || reference.digest !== undefined)
    throw new SkiffError('invalid-argument', "tag can't be used with --all-tags/-a");
  return withRegistries(access, operation, async (registries) => {
    const tags = (await registries.forPull(reference).at(-1)?.tags(operation.signal)) ?? [];
    return tags.map((tag) => familiarName(parseReference(`${reference.domain}/${reference.path}:${tag}`)));
  });
}

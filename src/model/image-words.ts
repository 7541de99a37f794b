/** An image in words. Pure. */
import type { ContainerSummary, ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from './clean-text.ts';
import { displayName } from './container-words.ts';
import { describeDuration } from './durations.ts';
import { splitReference } from './images.ts';
import type { ImageNode } from './nodes.ts';
import { describeSize } from './sizes.ts';
import { t } from './l10n.ts';

/** The twelve digits that `skiff images` shows. */
export function shortImageId(id: string): string {
  return id.replace('sha256:', '').slice(0, 12);
}

/** What a person calls it: the name it is meant by, or its id. */
export function displayReference({ id, reference }: ImageNode): string {
  return reference === id ? shortImageId(id) : cleanLine(reference);
}

/** The row's own word below its repository. */
export function displayTag(node: ImageNode): string {
  return node.reference === node.id ? shortImageId(node.id) : cleanLine(splitReference(node.reference).tag);
}

/** "26.1 MB · 3 days ago · used by web, db" */
export function describeImage(image: ImageSummary, users: readonly ContainerSummary[], now: number): string {
  const parts = [describeSize(image.size)];
  if (image.createdAt !== undefined) parts.push(t('{0} ago', describeDuration(now - Date.parse(image.createdAt))));
  if (users.length > 0) parts.push(t('used by {0}', describeUsers(users)));
  return parts.join(' · ');
}

const namedUsers = 2;

function describeUsers(users: readonly ContainerSummary[]): string {
  const names = users.slice(0, namedUsers).map(displayName).join(', ');
  return users.length > namedUsers ? t('{0} and {1} more', names, users.length - namedUsers) : names;
}

/** What is plainly wrong with a reference that is typed; the helper has the last word. Absent: nothing. */
export function referenceProblem(typed: string): string | undefined {
  return /^\S+$/.test(typed.trim()) ? undefined : t('A reference is one word.');
}

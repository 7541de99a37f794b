/** What a container has changed, as a tree: pure. */
import type { FileChange } from '../../runtime-helper/protocol/types.ts';
import { folderOf } from './file-places.ts';

export type ChangeTree = {
  path: string;
  /** What is shown: several names where folders hold nothing else, as in `etc/ssl/certs`. */
  label: string;
  /** What became of it itself. */
  kind: FileChange['kind'];
  below: readonly ChangeTree[];
};

/** A folder that only leads to a change has one, too, in Docker's list: where it leads to one alone, both share a row. */
export function changeTree(changes: readonly FileChange[]): ChangeTree[] {
  const known = new Set(changes.map(({ path }) => path));
  const below = new Map<string, FileChange[]>();
  for (const change of changes) {
    const above = nearest(folderOf(change.path), known);
    below.set(above, [...(below.get(above) ?? []), change]);
  }
  const treesBelow = (above: string): ChangeTree[] =>
    (below.get(above) ?? []).map(({ path, kind }) =>
      folded({ path, kind, label: labelOf(path, above), below: treesBelow(path) }),
    );
  return sorted(treesBelow('/'));
}

function folded(tree: ChangeTree): ChangeTree {
  const [only, ...others] = tree.below;
  const leads = tree.kind === 'C' && only && others.length === 0 && only.kind === 'C' && only.below.length > 0;
  return leads ? { ...only, label: `${tree.label}/${only.label}` } : { ...tree, below: sorted(tree.below) };
}

const sorted = (trees: readonly ChangeTree[]): ChangeTree[] =>
  trees.toSorted(
    (a, b) => Number(b.below.length > 0) - Number(a.below.length > 0) || a.label.localeCompare(b.label, 'en'),
  );

function nearest(path: string, known: ReadonlySet<string>): string {
  let at = path;
  while (at !== '/' && !known.has(at)) at = folderOf(at);
  return at;
}

const labelOf = (path: string, above: string): string => path.slice(above === '/' ? 1 : above.length + 1);

import type { Parts } from '../containers/parts.ts';
import type { TreeOperations } from '../types.ts';
import { commitContainer } from './commit.ts';
import { exportContainer } from './export.ts';
import { withTree } from './open.ts';

/** The use cases of containers' files: one file each. */
export function treeOperations(parts: Parts): TreeOperations {
  return {
    exportContainer: (id, operation) => exportContainer(parts, id, operation),
    containerChanges: (id) => withTree(parts, parts.catalog.record(id), { view: 'changes' }, (tree) => tree.changes()),
    commitContainer: (id, options, operation) => commitContainer(parts, id, options, operation),
  };
}

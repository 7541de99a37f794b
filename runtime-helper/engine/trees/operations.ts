import type { Parts } from '../containers/parts.ts';
import type { TreeOperations } from '../types.ts';
import { commitContainer } from './commit.ts';
import { copyFromContainer, copyStream, copyToContainer } from './copy.ts';
import { discardChanges } from './discard.ts';
import { exportContainer } from './export.ts';
import { withTree } from './open.ts';

/** The use cases of containers' files: one file each. */
export function treeOperations(parts: Parts): TreeOperations {
  return {
    exportContainer: (id, operation) => exportContainer(parts, id, operation),
    containerChanges: (id) => withTree(parts, parts.catalog.record(id), { view: 'changes' }, (tree) => tree.changes()),
    discardChanges: (id, paths) => discardChanges(parts, id, paths),
    copyToContainer: (id, from, to, options, operation) => copyToContainer(parts, id, from, to, options, operation),
    copyFromContainer: (id, from, to, options, operation) => copyFromContainer(parts, id, from, to, options, operation),
    copyStream: (id, from, options, operation) => copyStream(parts, id, from, options, operation),
    commitContainer: (id, options, operation) => commitContainer(parts, id, options, operation),
  };
}

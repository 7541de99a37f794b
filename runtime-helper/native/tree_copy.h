/* Copies a tree of files as root sees it: contents, owners, modes, times, extended attributes, hard links. */
#ifndef SKIFF_TREE_COPY_H
#define SKIFF_TREE_COPY_H

/* Copies what is in the directory `source` into the directory `target`, whose owner, mode and times become the source's. Files that are
 * there already are replaced. Symbolic links are copied, never followed, on either side. */
int tree_copy(int source, int target);

/* Copies what is at `name` in the directory `from` to the name `copy` in the directory `to`. A socket is left out. */
int tree_copy_entry(int from, const char *name, int to, const char *copy);

#endif

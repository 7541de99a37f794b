/* Directories of a tree session in which something may happen: ARCHITECTURE.md, Seam 3, "Trees". */
#ifndef SKIFF_TREE_WATCH_H
#define SKIFF_TREE_WATCH_H

#include "tree_files.h"

/* Each has the words of its request. */
int tree_watch(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_unwatch(struct tree_files *files, const char *const *words, struct failure *failure);

/* What becomes readable when something has happened, or -1 when nothing is watched. */
int watch_fd(const struct tree_watch *watch);
/* Sends what has happened. -1 when the peer is gone. */
int watch_send(struct tree_watch *watch, struct tree_output *output);
void watch_free(struct tree_watch *watch);

#endif

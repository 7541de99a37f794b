/* What a tree session is asked to change: ARCHITECTURE.md, Seam 3, "Trees". */
#ifndef SKIFF_TREE_EDIT_H
#define SKIFF_TREE_EDIT_H

#include "tree_files.h"

/* Each has the words of its request, of which there are as many as the table in tree_files.c says. */
int tree_write(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_mkdir(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_rename(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_remove_path(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_copy_path(struct tree_files *files, const char *const *words, struct failure *failure);
int tree_discard(struct tree_files *files, const char *const *words, struct failure *failure);

#endif

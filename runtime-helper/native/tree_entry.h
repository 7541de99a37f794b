/* A file as an entry of Seam 3, with all that tar keeps of it. */
#ifndef SKIFF_TREE_ENTRY_H
#define SKIFF_TREE_ENTRY_H

#include "tree_links.h"
#include "tree_output.h"

/* Tar's letter for a file's kind; 0 for a socket, which no archive can hold. */
char entry_type(mode_t mode);

/* Sends one entry under `path`. -1 with errno when the file can't be read; what the output fails with is in the output. */
int entry_send(struct tree_output *output, struct tree_links *links, int parent, const char *name, const struct stat *status,
	       const char *path);
/* An empty file of root's: a mark. */
void entry_send_mark(struct tree_output *output, const char *path);

#endif

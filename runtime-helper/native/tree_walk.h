/* All of a tree as entries, a directory before what is in it. */
#ifndef SKIFF_TREE_WALK_H
#define SKIFF_TREE_WALK_H

#include <limits.h>

#include "errors.h"
#include "tree_entry.h"

/* A path under construction. */
struct tree_path {
	size_t length;
	char text[PATH_MAX];
};

/* Appends a name. -1 with ENAMETOOLONG. The length before is what `path_cut` takes it back to. */
int path_push(struct tree_path *path, const char *name);
void path_cut(struct tree_path *path, size_t length);

struct tree_walk {
	struct tree_output *output;
	struct tree_links links;
	struct tree_path path;
};

/* Sends `parent`/`name` and what is below it; the first entry's path is "", the others' follow from it. What is mounted there and
 * is the kernel's own view of itself (proc, sysfs, devices) is left empty. */
int walk_send(struct tree_walk *walk, int parent, const char *name, struct failure *failure);
void walk_free(struct tree_walk *walk);

#endif

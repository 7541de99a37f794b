/* The file system of a container, running or not, as a mount of nobody else's. */
#ifndef SKIFF_TREE_ROOT_H
#define SKIFF_TREE_ROOT_H

#include <stdbool.h>

#include "errors.h"
#include "snapshot.h"
#include "spawner.h"

enum tree_view {
	TREE_MOUNTED, /* as its processes see it */
	TREE_BARE,    /* without what is mounted in it */
	TREE_CHANGES, /* what it has written */
	TREE_IMAGE,   /* what its image has */
};

struct tree_root {
	struct snapshot snapshot;
	struct spec *spec; /* what is mounted in it, in a view of what its processes see */
	enum tree_view view;
	bool running;
	bool writable;
	/* A container at rest that is written to must not start meanwhile. -1: not locked. */
	int lock_fd;
	int run_containers_fd;
	/* Once opened: a pidfd of PID 1, when it is looked into while it runs; or -1. */
	int init_fd;
};

/* Returns a descriptor of the root directory; for TREE_CHANGES of what was written, and in `lower_fd` of what the image has (-1:
 * nothing). Device nodes in it open nothing. */
int tree_root_open(const struct store *store, struct tree_root *root, int *lower_fd, struct failure *failure);
void tree_root_close(struct tree_root *root);

#endif

/* What a tree session is asked: ARCHITECTURE.md, Seam 3, "Trees". */
#ifndef SKIFF_TREE_FILES_H
#define SKIFF_TREE_FILES_H

#include <stdbool.h>

#include "errors.h"
#include "layer_reader.h"
#include "spec.h"
#include "tree_output.h"

struct tree_watch;

struct tree_files {
	int root_fd;
	/* Of a view of changes: what the image has, or -1. */
	int lower_fd;
	bool changes;
	/* A pidfd of a running container's PID 1, or -1. */
	int init_fd;
	const struct strings *hidden;
	/* NULL: nothing is watched. */
	struct tree_watch *watch;
	struct tree_output output;
	struct layer_reader *input;
};

/* Answers requests until the peer goes, or the container ends. */
int tree_files_serve(struct tree_files *files, int peer, struct failure *failure);

/* A decimal number that is not negative. */
int tree_number(const char *text, long long *value, struct failure *failure);

#endif

/* What a container has changed of its image: its upper directory beside the layers below. */
#ifndef SKIFF_TREE_CHANGES_H
#define SKIFF_TREE_CHANGES_H

#include <stdbool.h>

#include "spec.h"
#include "tree_walk.h"

struct tree_changes {
	/* As entries of a layer, whiteouts under tar's names; otherwise as frames of kind (A, C, D) and path. */
	bool as_layer;
	/* Paths without a slash in front that we made ourselves, for mounts: empty ones are nobody's change. */
	const struct strings *hidden;
	struct tree_walk walk;
};

/* `lower_fd` may be -1: then all is new. */
int changes_send(struct tree_changes *changes, int upper_fd, int lower_fd, struct failure *failure);

#endif

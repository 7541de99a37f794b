/* A layer's directory while its entries are applied: nothing of an entry reaches beyond it. */
#ifndef SKIFF_LAYER_TREE_H
#define SKIFF_LAYER_TREE_H

#include <limits.h>
#include <stdbool.h>

#include "errors.h"
#include "layer_entry.h"
#include "layer_reader.h"

struct directory_time {
	char *path;
	struct timespec mtime;
};

struct layer_tree {
	int root_fd;
	/* The directory of the entry before: most entries are neighbours. */
	int parent_fd;
	char parent_path[PATH_MAX];
	/* Given at the end, since every new neighbour changes a directory's. */
	struct directory_time *times;
	size_t time_count;
	uint64_t time_bytes;
	uint64_t bytes, entries;
	/* Most of each; 0: any number. */
	uint64_t max_bytes, max_entries;
	/* Of the present entry's content, what was not read yet. */
	uint64_t pending;
	/* Not a layer but a container's files: whiteouts mean nothing, and directories are not replaced by something else, nor the other
	 * way round. */
	bool plain;
};

/* Applies one entry, and reads its content. On failure `failure` names the entry. */
int layer_tree_apply(struct layer_tree *tree, struct layer_entry *entry, struct layer_reader *content, struct failure *failure);
/* Applies entries until the empty one. The peer's end before that is its way to take it all back. */
int layer_tree_read(struct layer_tree *tree, struct layer_reader *reader, struct failure *failure);
/* Reads on to the empty entry after a failure. -1 when what comes makes no sense. */
int layer_tree_drain(struct layer_tree *tree, struct layer_reader *reader);
/* After the last entry: the directories' times. */
int layer_tree_finish(struct layer_tree *tree, struct failure *failure);
void layer_tree_free(struct layer_tree *tree);

#endif

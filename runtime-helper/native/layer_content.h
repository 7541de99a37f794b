/* The bytes of files in a layer. */
#ifndef SKIFF_LAYER_CONTENT_H
#define SKIFF_LAYER_CONTENT_H

#include "layer_tree.h"

/* Writes the present entry's into an empty file; zeros take no room. -1 with errno. */
int layer_content_write(struct layer_tree *tree, int fd, struct layer_entry *entry, struct layer_reader *content);
/* Reads what is left of them. -1 with errno. */
int layer_content_skip(struct layer_tree *tree, struct layer_reader *content);

#endif

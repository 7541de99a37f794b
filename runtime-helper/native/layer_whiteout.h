/* Whiteouts: a layer's names for what lower layers have and it has not (image-spec, layer.md), in overlay's form. */
#ifndef SKIFF_LAYER_WHITEOUT_H
#define SKIFF_LAYER_WHITEOUT_H

#include <stdbool.h>
#include <sys/stat.h>

/* Whether an entry of this name, the last part of its path, is one. */
bool whiteout_is_name(const char *name);
/* Whether this is one that was made here. */
bool whiteout_is_made(const struct stat *status);
/* What lower layers have in this directory is not there. -1 with errno. */
int whiteout_make_opaque(int parent, const char *name);
/* `.wh.NAME`: what lower layers have under the name is not there. What this layer has is: its own directory then hides theirs. */
int whiteout_apply(int parent, const char *name);

#endif

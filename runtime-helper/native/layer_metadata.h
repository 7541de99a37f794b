/* What an entry of a layer says of a file besides its content. Names are looked up in `parent`, and not followed. */
#ifndef SKIFF_LAYER_METADATA_H
#define SKIFF_LAYER_METADATA_H

#include <sys/stat.h>

#include "layer_entry.h"

/* But for those that would steer our overlay. -1 with errno. */
int layer_metadata_set_xattrs(int parent, const char *name, struct layer_entry *entry);
/* Owner, mode, xattrs and times. -1 with errno. */
int layer_metadata_set(int parent, const char *name, struct layer_entry *entry);
/* Of a hard link, which says it of all names of its file: `status` is what that has. -1 with errno. */
int layer_metadata_set_linked(int parent, const char *name, const struct stat *status, struct layer_entry *entry);

#endif

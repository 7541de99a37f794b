/* What is mounted in a container while it runs, for a look into one at rest: volumes, paths of the host, its own files. */
#ifndef SKIFF_TREE_MOUNTS_H
#define SKIFF_TREE_MOUNTS_H

#include "spawner.h"
#include "spec.h"

/* Opens the sources, while the container's own folder is in sight. One that is missing is left out where nothing is to be written. */
int tree_mounts_open(const struct store *store, struct spec *spec, bool writable, struct failure *failure);
/* Hangs them in the file system at `root_fd`, in a mount namespace of the caller's own. A place that is missing is made where it is writable. */
int tree_mounts_make(const struct store *store, const struct spec *spec, int root_fd, bool writable, struct failure *failure);

#endif

/* Paths inside a container's root: every one is hostile, so each is resolved with RESOLVE_IN_ROOT and without magic links. */
#ifndef SKIFF_ROOTFS_H
#define SKIFF_ROOTFS_H

#include <stdbool.h>
#include <sys/types.h>

/* O_PATH descriptor of what `path` is inside the root; follows symbolic links inside it. */
int rootfs_open(int root_fd, const char *path, int flags);
/* The same for a directory that is made, with its parents, when it is not there. */
int rootfs_make_directory(int root_fd, const char *path, mode_t mode);
/* The same for a file, empty when made. */
int rootfs_make_file(int root_fd, const char *path);
/* Descriptor of the directory that holds the last component of `path`, which is returned in `name`; parents are made. */
int rootfs_parent(int root_fd, const char *path, const char **name);

#endif

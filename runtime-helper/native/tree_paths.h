/* A tree session's paths: they begin at the container's root, and no link in them leads outside it. */
#ifndef SKIFF_TREE_PATHS_H
#define SKIFF_TREE_PATHS_H

#include <sys/types.h>

#include "errors.h"

/* -1, with the present errno and the path. */
int tree_fail(struct failure *failure, const char *path);

/* The directory that holds a path's last component, links on the way followed inside the root; `name` is the component, "." for the
 * root itself, and is overwritten by the next call. -1 with errno. */
int tree_open_parent(int root_fd, const char *path, const char **name);

/* What is a plain file, and nothing else: it is looked at before it is opened, since opening a pipe is noticed at its other end. With
 * O_CREAT also one that is not there. -1 with errno: EISDIR, or EINVAL for what is neither. */
int tree_open_file(int root_fd, const char *path, int flags, mode_t mode);

#endif

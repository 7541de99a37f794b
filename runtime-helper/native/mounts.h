/* The container's mounts, made in its own mount namespace before it becomes its root. */
#ifndef SKIFF_MOUNTS_H
#define SKIFF_MOUNTS_H

#include "spawner.h"
#include "spec.h"

/* Mounts the overlay on the container's run directory, and all that the spec names inside it. Returns a descriptor of the new
 * root, or -1. `terminal_fds`: master and slave of the pty when the spec wants one. */
int mounts_make(const struct store *store, struct spec *spec, int terminal_fds[2], struct failure *failure);

/* Only what the spec names inside the root. */
int mounts_fill(const struct store *store, const struct spec *spec, int root_fd, struct failure *failure);

/* Hides and protects paths, after everything has been written that must be (sysctls). */
int mounts_confine(int root_fd, const struct spec *spec, struct failure *failure);

/* Makes the root the process's root: pivot_root(2). */
int mounts_enter(int root_fd, struct failure *failure);

#endif

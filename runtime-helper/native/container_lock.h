/* The lock that its monitor holds as long as a container lives. */
#ifndef SKIFF_CONTAINER_LOCK_H
#define SKIFF_CONTAINER_LOCK_H

#include "errors.h"
#include "spawner.h"

/* Takes it, and makes `<run>/containers/<id>` for that, whose descriptor `run_fd` gets. One that is about to end is waited for.
 * Returns the lock, or -1. */
int container_lock(const struct store *store, int run_containers_fd, const char *id, int *run_fd, struct failure *failure);

#endif

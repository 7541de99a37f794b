/* Finding the processes of a container that runs. */
#ifndef SKIFF_JOIN_H
#define SKIFF_JOIN_H

#include <sys/types.h>

#include "errors.h"
#include "spawner.h"

/* A pidfd of PID 1, as its monitor wrote it, confirmed by a process that is still in the container's cgroup. Or -1. */
int join_open_init(const struct store *store, const char *id, pid_t *pid, struct failure *failure);

#endif

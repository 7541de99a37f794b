/* Moving a process that joins a container into its cgroups. */
#ifndef SKIFF_CGROUP_JOIN_H
#define SKIFF_CGROUP_JOIN_H

#include <sys/types.h>

#include "spawner.h"

/* Moves the caller into every cgroup of the container's in which `init`, its PID 1, is: of both versions. -1 with errno. */
int cgroup_join(const struct store *store, const char *id, pid_t init);

#endif

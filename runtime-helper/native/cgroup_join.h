/* How a process that joins a container gets into its cgroups. */
#ifndef SKIFF_CGROUP_JOIN_H
#define SKIFF_CGROUP_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "spawner.h"

/* Version 1 has fourteen controllers and named hierarchies (cgroups(7)). */
#define MOST_HIERARCHIES 24

/* Open doors: they lead there from other namespaces, too. */
struct cgroup_doors {
	int version2; /* the group itself, or -1 */
	size_t count;
	int procs[MOST_HIERARCHIES]; /* cgroup.procs in hierarchies of version 1 */
};

/* Whether the process is in a group of the container's, as root has made it. */
bool cgroup_has_process(const struct store *store, const char *id, pid_t pid);

/* Opens every cgroup of the container's in which `init`, its PID 1, is. -1 with errno, and nothing open. */
int cgroup_doors_open(const struct store *store, const char *id, pid_t init, struct cgroup_doors *doors);
void cgroup_doors_close(struct cgroup_doors *doors);
/* Moves the caller in, whatever limit of processes there is (cgroup-v2.rst, "PID"). Without `version2`: it is there already. -1 with
 * errno. */
int cgroup_doors_enter(const struct cgroup_doors *doors, bool version2);

#endif

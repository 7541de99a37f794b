/* The container's cgroup in the cgroup2 hierarchy, with its device rules. */
#ifndef SKIFF_CGROUP_H
#define SKIFF_CGROUP_H

#include "spawner.h"
#include "spec.h"

#define CGROUP_PATH 512

/* Opens (and makes) `skiff-<store id>` in the cgroup2 hierarchy, pure or beside version 1. -1 when there is none. */
int cgroup_open_store(const char *store_id);
/* The path of the store's group in every hierarchy, from its root on: 0, or -1 with errno. */
int cgroup_store_path(const struct store *store, char *path, size_t size);
/* Makes `store` that of a container whose cgroup is below the one at `parent`: 0, or -1 with errno. */
int cgroup_use_parent(struct store *store, const char *parent);
/* Opens a group of the cgroup2 hierarchy. -1 with errno. */
int cgroup_open(const char *path);
/* Moves the calling process into a group of the cgroup2 hierarchy. */
int cgroup_enter(const char *path);
/* Opens (and makes) the group at `path` in the cgroup2 hierarchy, with controllers for those below it. -1 when there is none. */
int cgroup_open_path(const char *path);
/* Opens it anew when another spawner of the store has removed it as it left. */
void cgroup_refresh_store(struct store *store);
/* Removes it, which works only when no container is left in it. */
void cgroup_remove_store(const char *store_id);

/* Makes the container's cgroup, and confines devices by `rules`. Returns a descriptor of it, or -1. */
int cgroup_make(const struct store *store, const struct spec *spec, struct failure *failure);
/* Freezes or thaws all processes in it, and waits until they are. EOPNOTSUPP: this machine has no freezer. */
int cgroup_freeze(const struct store *store, const char *id, bool frozen);
/* True when the kernel has killed one of its processes for want of memory. */
bool cgroup_had_oom(const struct store *store, const char *id);
/* Kills what is left in it, and removes it. */
void cgroup_end(const struct store *store, const char *id);

#endif

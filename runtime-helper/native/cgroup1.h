/* The container's groups in version 1 hierarchies: only those that something was asked of. */
#ifndef SKIFF_CGROUP1_H
#define SKIFF_CGROUP1_H

#include <stdbool.h>

#include "spawner.h"
#include "spec.h"

/* Opens, and makes, the container's group of a controller: -1 and ENOENT when no version 1 hierarchy has it. */
int cgroup1_open(const struct store *store, const char *id, const char *controller);
/* The same where it is there already. */
int cgroup1_open_existing(const struct store *store, const char *id, const char *controller);
/* Makes the groups of a bundle in every hierarchy; with a pid: moves it there. */
int cgroup1_make_all(const struct store *store, pid_t pid);
/* Moves the calling process into all groups that the container has. */
int cgroup1_join(const struct store *store, const char *id);
/* Moves all processes of the container there, some of which groups may have been made for it since it began. */
int cgroup1_adopt(const struct store *store, const char *id);
/* Lets the container's processes use the devices that the rules allow, where there is no cgroup2 hierarchy to filter them. */
int cgroup1_allow_devices(const struct store *store, const struct spec *spec);
/* True when the kernel has killed one of its processes for want of memory. */
bool cgroup1_had_oom(const struct store *store, const char *id);
/* Removes the container's groups, and kills what is left in them. */
void cgroup1_end(const struct store *store, const char *id);
/* Removes the store's groups, which works only when no container is left in them. */
void cgroup1_remove_store(const char *store_id);

#endif

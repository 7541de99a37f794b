/* The privileged process of a helper: carries out its requests. */
#ifndef SKIFF_SPAWNER_H
#define SKIFF_SPAWNER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The store that `hello` named, opened with the caller's rights. */
struct store {
	int root_fd;
	int run_fd;
	char root[PATH_MAX];
	char run[PATH_MAX];
	uid_t owner_uid;
	gid_t owner_gid;
	char id[9];
	/* Directory of this store's cgroups in the cgroup2 hierarchy; -1: there is none. */
	int cgroup_fd;
	/* The group that holds the store's, in every hierarchy, of the one container that has another; NULL: the root. */
	const char *cgroup_parent;
	/* Of the one container of skiff-oci, in every hierarchy; NULL: containers are where the store's are. */
	const char *cgroup_path;
};

int spawner_main(void);

#endif

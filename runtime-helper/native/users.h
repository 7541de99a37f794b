/* Users and groups as the container's own /etc/passwd and /etc/group know them. */
#ifndef SKIFF_USERS_H
#define SKIFF_USERS_H

#include <sys/types.h>

#include "errors.h"

struct identity {
	uid_t uid;
	gid_t gid;
	size_t group_count;
	gid_t groups[64];
	char home[256];
};

/* `spec`: name-or-uid[:group-or-gid]. Reads the files of the root that the process is in: both are untrusted. */
int users_lookup(const char *spec, struct identity *identity, struct failure *failure);

/* His own group is one of the supplementary ones, too: else who has others could leave it, and with it what is denied to it (CVE-2022-36109). */
void users_add_own_group(struct identity *identity);

/* Adds groups by name or number to the supplementary ones. */
int users_add_groups(const char *const *names, size_t count, struct identity *identity, struct failure *failure);

#endif

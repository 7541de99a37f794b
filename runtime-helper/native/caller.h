/* Whom a spawner works for, and what he may do himself. */
#ifndef SKIFF_CALLER_H
#define SKIFF_CALLER_H

#include "errors.h"
#include "spawner.h"

/* Who started us: the peer of our stdin (Node's pipes are socket pairs, also through sudo), else what sudo and pkexec say. */
uid_t caller_uid(int fd);
gid_t caller_gid(int fd, uid_t uid);

/* Runs with the caller's filesystem rights until identity_restore: seteuid(2), supplementary groups included. */
int identity_assume(const struct store *store);
int identity_restore(void);

/* Opens a directory with the caller's rights; it must be his, and nobody else may write it. -1 with the failure. */
int caller_open_directory(const struct store *store, const char *path, struct failure *failure);

#endif

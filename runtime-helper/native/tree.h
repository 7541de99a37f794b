/* The verb `tree`: a session with a container's file system: ARCHITECTURE.md, Seams 1 and 3. */
#ifndef SKIFF_TREE_H
#define SKIFF_TREE_H

#include "request.h"
#include "spawner.h"

/* Runs in a process of its own and replies itself; the return value is its exit status. */
int tree_session(const struct store *store, const struct request *request, int reply_fd);

#endif

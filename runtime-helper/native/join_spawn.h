/* A process that joins a container: made by a child of ours that has joined first, so that we ourselves stay on the host. */
#ifndef SKIFF_JOIN_SPAWN_H
#define SKIFF_JOIN_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "errors.h"
#include "process.h"
#include "spawner.h"
#include "spec.h"

struct joining {
	const struct store *store;
	const struct spec *spec; /* of the process */
	bool enters;		 /* in some namespaces only: enter.h */
	pid_t init;
	int init_fd; /* a pidfd of it */
};

/* The pid of the process, a child of ours, which speaks over `sync_fd` as init does (init.h); or -1 with the failure. Closes the
 * process's ends of its stdio here. */
pid_t join_spawn(const struct joining *joining, struct stdio *child, int *sync_fd, struct failure *failure);

#endif

/* Another OCI runtime (crun, runc, runsc) in the place of our own: the monitor prepares the bundle, and has that program create, start and
 * delete the container. PID 1 becomes the monitor's child when the program has ended (PR_SET_CHILD_SUBREAPER), so that its stdio, signals
 * and end are dealt with as those of any other. */
#ifndef SKIFF_RUNTIME_H
#define SKIFF_RUNTIME_H

#include "container.h"
#include "join_spawn.h"

/* From now on orphans of what we start are our children. A descriptor that says when one has ended, or -1. */
int runtime_adopt(void);
/* Prepares the bundle and creates the container: the session has PID 1, and one at the other end of its sync socket who starts it. */
int runtime_spawn(struct container *container, struct stdio *child, struct failure *failure);
/* After PID 1's end: what the runtime knew of it. */
void runtime_delete(struct container *container);

/* One more process, which runs already: its pid, or -1. `sync_fd` says what a process of ours would. */
pid_t runtime_exec(const struct joining *joining, const struct stdio *child, int *sync_fd, struct failure *failure);

#endif

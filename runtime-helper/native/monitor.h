/* What a monitor is made of, for containers and for exec sessions alike. */
#ifndef SKIFF_MONITOR_H
#define SKIFF_MONITOR_H

#include "process.h"
#include "request.h"
#include "session.h"
#include "spawner.h"
#include "spec.h"

/* The verbs `create`, `exec` and `enter`: run in a process of their own, which becomes the monitor, and reply themselves. */
int monitor_create(const struct store *store, const struct request *request, int reply_fd);
int monitor_exec(const struct store *store, const struct request *request, int reply_fd);
int monitor_enter(const struct store *store, const struct request *request, int reply_fd);

/* Leaves the spawner behind: own session, no descriptor of the helper's but `reply_fd`. */
void monitor_detach(int *reply_fd, const char *name);
/* Lets go of the helper, after the last reply. */
void monitor_let_go(int *reply_fd);

/* A listening socket of the owner's below `directory_fd`. Returns it, or -1. */
int monitor_listen(const struct store *store, int directory_fd, const char *name, struct failure *failure);

/* The process's three ends of pipes (or /dev/null, or nothing for a terminal), and the session's in `session`. */
int monitor_stdio(const struct spec *spec, struct session *session, struct stdio *child, struct failure *failure);
void monitor_close_child_ends(struct stdio *child);

#endif

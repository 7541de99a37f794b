/* The event loop of a monitor: one process, its stdio, those who are attached to it, until its end. */
#ifndef SKIFF_SESSION_H
#define SKIFF_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "clients.h"
#include "container_log.h"
#include "errors.h"
#include "health.h"
#include "proxy.h"
#include "resolver.h"
#include "spec.h"

/* The size of the process's terminal: that of the window that was used last. */
struct session_window {
	uint16_t columns, rows;
	uint64_t uses;
	/* Until then the terminal is one row too small, so that a program sees a change; CLOCK_MONOTONIC in ms, 0: no. */
	int64_t settles_at;
};

struct session {
	const struct spec *spec;
	uid_t owner_uid;
	/* There was no descriptor or memory for who came last: nobody is let in before. CLOCK_MONOTONIC in ms, 0: all are. */
	uint64_t rests_until;
	pid_t pid;
	int pid_fd;
	int sync_fd;
	int listen_fd;
	/* The monitor's ends: with a terminal, `stdin_fd` and `stdout_fd` are both its master. -1: closed. */
	int stdin_fd, stdout_fd, stderr_fd;
	bool ready; /* init has made everything */
	bool told;  /* that it may exec */
	bool going; /* both */
	struct clients clients;
	struct container_log log;
	struct session_window window;
	struct resolver *resolver; /* NULL: none */
	struct proxy *proxy;	   /* NULL: none */
	/* Called when it can be read. -1: there is nothing to be told of. */
	int firewall_fd;
	void (*firewall_changed)(struct session *session);
	/* A signalfd of SIGCHLD, where children come to us that nobody here has made: runtime.h. -1: none do. */
	int children_fd;
	/* Ended ones may be there of whom no more signal tells. */
	bool left_strangers;
	struct health *health;	   /* NULL: none */
	/* Input that the process has not taken yet. */
	struct stream_buffer input;
	bool input_ended;
	/* Called once exec has worked. */
	void (*started)(struct session *session);
	/* Called for frames that are not about the process's stdio or signals. NULL: there are none such. */
	void (*control)(struct session *session, struct client *client, const struct stream_frame *frame);
	void *context;
};

/* Until the process has been exec'ed, or could not be: 0, or -1 with the failure; the process is reaped then. Serves clients
 * meanwhile. */
int session_start(struct session *session, struct failure *failure);
/* Until the process has ended and all its output was read: its wait status. */
int session_run(struct session *session);
/* Tells all clients the exit code and is ready for another process: they go in their own time. */
void session_part(struct session *session, int exit_code);
/* Serves clients while there is no process: one round of at most so many milliseconds. */
void session_idle(struct session *session, int milliseconds);
/* Tells all clients the exit code, and waits until they have it: without limit for those who want all of it, briefly for the
 * others. */
void session_finish(struct session *session, int exit_code);

/* 0-255; 128 and the number of the signal for a process that was killed. */
int exit_code_of(int status);

#endif

/* A container as its monitor knows it, from its request to its end. */
#ifndef SKIFF_CONTAINER_H
#define SKIFF_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "health.h"
#include "io.h"
#include "ports.h"
#include "proxy.h"
#include "request.h"
#include "resolver.h"
#include "restart.h"
#include "session.h"
#include "spawner.h"
#include "spec.h"

struct container {
	const struct store *store;
	const struct request *request;
	int reply_fd;
	struct spec spec;
	int containers_fd;     /* <root>/containers */
	int container_fd;      /* <root>/containers/<id> */
	int run_containers_fd; /* <run>/containers */
	int run_fd;	       /* <run>/containers/<id> */
	int state_fd;	       /* <run>/state */
	int lock_fd;
	int cgroup_fd;
	pid_t starter; /* has PID 1 started, where another runtime makes it; 0: nobody */
	bool created;  /* by that runtime, which may know something of it */
	char hidden[80]; /* what its folder is called once it has removed itself */
	struct held_ports ports;
	struct proxy proxy;
	struct resolver resolver;
	struct health health;
	struct time_text started;
	uint64_t started_ms; /* of CLOCK_MONOTONIC */
	bool paused;
	/* Somebody has asked for the end: the next one is the last. */
	bool stopped;
	struct restart restart;
	struct session session;
};

/* How PID 1 ended, or why it could not be started once more. */
struct ending {
	int exit_code;
	int signal;
	bool oom_killed;
	const struct failure *failure; /* NULL: it ran */
	uint64_t ran_ms;
	struct time_text finished;
};

/* Makes cgroup, namespaces and network, and execs PID 1: 0, or -1 and nothing of it is left. */
int container_launch(struct container *container, struct failure *failure);
/* Names are asked for in the namespace of PID 1's network from now on: 0, or -1 with errno. */
int container_answer_names(struct container *container);
/* From the first exec to the last end, which is recorded: its exit code. */
int container_live(struct container *container);

/* session.started, session.firewall_changed and session.control */
void container_started(struct session *session);
void container_firewall_changed(struct session *session);
void container_control(struct session *session, struct client *client, const struct stream_frame *frame);

#endif

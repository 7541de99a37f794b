/* Names in a container's network namespace. The monitor holds the sockets at which they are asked for; a process without rights answers,
 * and is there only while there are questions. */
#ifndef SKIFF_RESOLVER_H
#define SKIFF_RESOLVER_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "attendant.h"
#include "spawner.h"

#define RESOLVER_SLOTS 3

struct resolver {
	const struct store *store;
	const char *id;
	int container_fd; /* <root>/containers/<id>: the file `resolver` says what is answered */
	int init_fd;	  /* a pidfd: whose network namespace */
	int udp_fd, tcp_fd; /* -1: nothing is answered */
	struct attendant attendant; /* who answers now */
};

/* Nothing is answered yet. */
#define RESOLVER_INITIALLY ((struct resolver){ .udp_fd = -1, .tcp_fd = -1, .attendant = ATTENDANT_NONE })

/* Answers in the namespace of the process of `init_fd` from now on: 0, or -1 with errno. */
int resolver_open(struct resolver *resolver, const struct store *store, const char *id, int container_fd, int init_fd);
void resolver_close(struct resolver *resolver);

/* For poll(2), and what it said. False: whoever asks is better not heard again at once. */
void resolver_watch(const struct resolver *resolver, struct pollfd polled[RESOLVER_SLOTS]);
bool resolver_serve(struct resolver *resolver, const struct pollfd polled[RESOLVER_SLOTS]);

/* The process that answers: ends when nobody has asked for a while. */
_Noreturn void resolver_main(const void *resolver, pid_t monitor);

#endif

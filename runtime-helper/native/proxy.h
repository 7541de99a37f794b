/* Where the firewall can't lead what comes to a published port (from ::1, from IPv6 to IPv4, on a host without nftables), it arrives at the
 * socket that holds the port: a process without rights carries it to the container, and is there only while there is something to carry. */
#ifndef SKIFF_PROXY_H
#define SKIFF_PROXY_H

#include <poll.h>

#include "attendant.h"
#include "ports.h"
#include "spawner.h"

#define PROXY_SLOTS 2

struct proxy {
	const struct store *store;
	const struct held_ports *ports;
	int epoll_fd; /* readable when somebody has come; -1: nobody can */
	struct attendant attendant;
};

#define PROXY_INITIALLY ((struct proxy){ .epoll_fd = -1, .attendant = ATTENDANT_NONE })

/* Serves the ports that are held now: 0, or -1 with errno. */
int proxy_open(struct proxy *proxy, const struct store *store, const struct held_ports *ports);
/* What the container said last is passed on; what others still have to say has nowhere to go. The sockets remain. */
void proxy_finish(struct proxy *proxy);
void proxy_close(struct proxy *proxy);

/* For poll(2), and what it said. False: whoever is at the door is better not heard again at once. */
void proxy_watch(const struct proxy *proxy, struct pollfd polled[PROXY_SLOTS]);
bool proxy_serve(struct proxy *proxy, const struct pollfd polled[PROXY_SLOTS]);

/* The process that carries; `proxy` is a struct proxy. Ends when there has been nothing to carry for a while, and with SIGTERM. */
_Noreturn void proxy_main(const void *proxy, pid_t monitor);

#endif

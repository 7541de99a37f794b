/* Published ports: taken on the host by the monitor, for as long as the container lives, and led to it by the firewall. */
#ifndef SKIFF_PORTS_H
#define SKIFF_PORTS_H

#include "firewall.h"
#include "spawner.h"
#include "spec.h"

/* A port of the host's that nobody else can take: the socket is bound and never read. */
struct held_port {
	struct port_rule rule;
	int fd;
};

struct held_ports {
	size_t count;
	struct held_port *items;
};

/* Takes all ports and leads them to the container; `<run>/containers/<id>/ports` says which they are. 0 at once when they are held
 * already. On failure (EADDRINUSE: another has it; the object is ADDRESS:PORT) ports_release gives back what was taken. */
int ports_publish(const struct store *store, const struct spec *spec, int run_fd, struct held_ports *held, struct failure *failure);
void ports_release(const struct store *store, struct held_ports *held);

#endif

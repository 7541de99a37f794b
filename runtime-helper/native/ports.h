/* Published ports: taken on the host by the monitor, for as long as the container lives, and led to it by the firewall where that can be. */
#ifndef SKIFF_PORTS_H
#define SKIFF_PORTS_H

#include "address.h"
#include "firewall.h"
#include "spawner.h"
#include "spec.h"

/* A port of the host's that nobody else can take. What the firewall does not lead to the container arrives at the socket: proxy.h. */
struct held_port {
	struct port_rule rule;
	struct address target; /* the container's: of another family than the rule, it is beyond the firewall */
	int fd;
	bool has_rule; /* the firewall may have one that leads it */
};

struct held_ports {
	bool led; /* by the firewall, those that it can lead */
	size_t count;
	struct held_port *items;
};

/* Takes all ports and leads them to the container; `<run>/containers/<id>/ports` says which they are. 0 at once when they are held
 * already. On failure (EADDRINUSE: another has it; the object is ADDRESS:PORT) ports_release gives back what was taken. */
int ports_publish(const struct store *store, const struct spec *spec, int run_fd, struct held_ports *held, struct failure *failure);
int ports_let_loopback_out(const char *bridge, struct failure *failure);
/* Leads those that are held to other addresses of the container (empty: none). */
int ports_lead_to(const struct store *store, const struct spec *spec, struct held_ports *held, struct failure *failure);
/* Leads them once more, after somebody took the rules away. */
void ports_lead_again(const struct store *store, struct held_ports *held);
void ports_release(const struct store *store, struct held_ports *held);

#endif

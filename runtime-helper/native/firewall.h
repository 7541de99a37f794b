/* The store's one nftables table, `inet skiff-<store id>`: outbound NAT, published ports, and what networks keep from each other. What
 * differs from network to network and from port to port is in sets and maps, so that helpers that work side by side add and
 * remove their own and never write over each other. */
#ifndef SKIFF_FIREWALL_H
#define SKIFF_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A host's port and where its traffic goes. Addresses and ports are in network order; IPv4 has the first four bytes. */
struct port_rule {
	int family; /* AF_INET or AF_INET6 */
	uint8_t protocol;
	uint8_t host[16]; /* all zero: any of the host's */
	uint16_t host_port;
	uint8_t address[16];
	uint16_t port;
};

/* Makes the table when it is not there. `internal`: nothing goes in or out; `masquerade`: what goes out has the host's address. */
int firewall_add_network(const char *store_id, const char *bridge, bool internal, bool masquerade);
void firewall_remove_network(const char *store_id, const char *bridge);

int firewall_publish(const char *store_id, const struct port_rule *rules, size_t count);
void firewall_unpublish(const char *store_id, const struct port_rule *rules, size_t count);
/* The same when nothing but what is asked for can be there: all the others' stays as it is. */
int firewall_republish(const char *store_id, const struct port_rule *rules, size_t count);
/* Removes whatever leads to an address, IPv4 or IPv6. */
void firewall_forget(const char *store_id, const char *address);

void firewall_remove(const char *store_id);

#endif

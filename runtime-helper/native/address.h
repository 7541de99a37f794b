/* IP addresses of both families, as text and on the wire. */
#ifndef SKIFF_ADDRESS_H
#define SKIFF_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "netlink.h"

struct address {
	int family;
	uint8_t bytes[16]; /* IPv4: the first four */
	unsigned prefix;   /* length of the network's part in bits */
};

/* `10.1.2.3` or `fd00::3`; with `/24` when `with_prefix`. -1 and EINVAL for anything else. */
int address_parse(const char *text, bool with_prefix, struct address *address);
uint16_t address_length(const struct address *address);
/* Fills a socket address; returns its length. `port` is in the host's order. */
socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *socket_address);

/* Messages that give an interface the address, and a namespace its default route. */
void address_add(struct netlink_batch *batch, unsigned interface, const struct address *address);
/* `interface` 0: the one that the gateway is behind. */
void address_add_default_route(struct netlink_batch *batch, unsigned interface, const struct address *gateway);

#endif

/* What a resolver goes by: the file `resolver` of its container, which the helper writes, and the host's resolv.conf. */
#ifndef SKIFF_RESOLVER_CONFIG_H
#define SKIFF_RESOLVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define RESOLVER_NETWORKS 16
#define RESOLVER_LINKS 64
/* As libc: resolv.conf(5), MAXNS. */
#define RESOLVER_SERVERS 3

struct resolver_servers {
	size_t count;
	struct {
		struct sockaddr_storage address;
		socklen_t length;
	} items[RESOLVER_SERVERS];
};

struct resolver_link {
	const char *alias, *name;
};

struct resolver_config {
	char text[16384];
	size_t networks;
	const char *network[RESOLVER_NETWORKS];
	size_t links;
	struct resolver_link link[RESOLVER_LINKS];
	/* --dns: asked from inside the container. */
	struct resolver_servers given;
	/* No way out: what is not known here is not known at all. */
	bool internal;
};

/* Reads the file anew. False, and all as it was, while it is being written. */
bool resolver_config_read(struct resolver_config *config, int fd);
/* The servers that the host's resolv.conf names; none: the one on the host itself, as resolv.conf(5) has it. */
void resolver_config_host(struct resolver_servers *servers, const char *path);

#endif

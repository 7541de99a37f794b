/* The names of a store's networks: `<network>/names/<name>/<address>`, and for the way back `<network>/names/<1.0.0.10.in-addr.arpa>/<name>`,
 * are symbolic links to the id of the container that has them. */
#ifndef SKIFF_DNS_NAMES_H
#define SKIFF_DNS_NAMES_H

#include <stdbool.h>

#include "dns_message.h"
#include "resolver_config.h"

struct dns_places {
	int networks_fd;   /* <root>/networks */
	int interfaces_fd; /* the host's /sys/class/net; -1: who holds an address counts as alive */
};

/* A container that runs has an interface of the host's. */
bool dns_has_interface(int interfaces_fd, const char *id);

/* Adds what is known to the reply. False: no container has the name. True without records: it has, but nothing of that type. */
bool dns_names_answer(const struct dns_places *places, const struct resolver_config *config, const struct dns_question *question,
		      struct dns_reply *reply);

#endif

/* The host's end of a network: a bridge with the gateway's address, and what the store's nftables table says of it. */
#ifndef SKIFF_BRIDGE_H
#define SKIFF_BRIDGE_H

#include <stdbool.h>

#include "request.h"
#include "spawner.h"

/* True for a bridge's name of this store: nothing else of the host's can be meant. */
bool bridge_is_own(const struct store *store, const char *name);

/* The verbs. */
int bridge_up(const struct store *store, const struct request *request, int reply_fd);
int bridge_down(const struct store *store, const struct request *request, int reply_fd);
int bridge_forget_addresses(const struct store *store, const struct request *request, int reply_fd);
int bridge_clear(const struct store *store, const struct request *request, int reply_fd);

#endif

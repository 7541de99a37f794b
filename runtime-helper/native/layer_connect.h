/* The helper's one connection to a process that works for one request. */
#ifndef SKIFF_LAYER_CONNECT_H
#define SKIFF_LAYER_CONNECT_H

#include <stdbool.h>

#include "request.h"
#include "spawner.h"

/* Letters, digits, "-" and ".": what the helper may name a folder or a socket. */
bool is_socket_name(const char *text);
/* Listens on `<run>/NAME`, says `event listening`, and takes one connection of the owner's. -1 when nobody comes. */
int layer_connect(const struct store *store, const struct request *request, int reply_fd, const char *name, struct failure *failure);

#endif

/* Takes from the process that answers names all that it does not need. */
#ifndef SKIFF_RESOLVER_CONFINE_H
#define SKIFF_RESOLVER_CONFINE_H

#include "spawner.h"

/* As attendant_confine; files below the current directory, which is `/` then, can be read. Sockets of IPv4 and IPv6 remain. */
int resolver_confine(const struct store *store, pid_t monitor);

#endif

/* Takes from the process that answers names all that it does not need. */
#ifndef SKIFF_RESOLVER_CONFINE_H
#define SKIFF_RESOLVER_CONFINE_H

#include "spawner.h"

/* Afterwards: no privilege, no file but below the current directory (which is `/` then) and none to be written, no program, no process.
 * Sockets of IPv4 and IPv6 remain. 0, or -1 with errno. */
int resolver_confine(const struct store *store);

#endif

/* The network namespace of a container that another runtime makes: made and furnished before. */
#ifndef SKIFF_RUNTIME_NETWORK_H
#define SKIFF_RUNTIME_NETWORK_H

#include "spawner.h"
#include "spec.h"

/* It, and those of other containers that are joined, hang in the runtime's place by the names of their kinds. */
int runtime_namespaces(const struct store *store, const struct spec *spec, struct failure *failure);

#endif

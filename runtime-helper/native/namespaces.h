/* Which namespaces are the container's own, which the host's, and which another container's. */
#ifndef SKIFF_NAMESPACES_H
#define SKIFF_NAMESPACES_H

#include <stdint.h>

#include "spawner.h"
#include "spec.h"

/* CLONE_NEW* of those that clone3(2) makes. */
uint64_t namespaces_new(const struct spec *spec);
/* In the monitor, before init is cloned: opens the containers that are joined; from here on children are in another's pid namespace. */
int namespaces_open(const struct store *store, struct spec *spec, struct failure *failure);
/* In the monitor, once init is there: closes them, and children are in its own pid namespace again. */
int namespaces_let_go(struct spec *spec, struct failure *failure);
/* In init. */
int namespaces_join(const struct spec *spec, struct failure *failure);
/* A copy of the mount at `path` in the container whose ipc namespace is joined, or -1. */
int namespaces_open_tree(const struct spec *spec, const char *path);

#endif

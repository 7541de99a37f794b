/*
 * Entering: a program of the host's, with the host's files unless told otherwise, in some of a container's namespaces. It runs with
 * the rights of who asked, never more: as root only for root, else as that user and without any capability.
 */
#ifndef SKIFF_ENTER_H
#define SKIFF_ENTER_H

#include "spawner.h"
#include "spec.h"

/* Makes of the spec who the process is to be. Before anything is joined: it reads the host's users. */
int enter_identify(const struct store *store, struct spec *spec, struct failure *failure);
/* Of the wanted namespaces (CLONE_NEW*) those that PID 1 does not share with us anyway: setns(2) refuses to join one's own user namespace. */
int enter_namespaces(pid_t init, int wanted);
/* Goes to spec->cwd with the caller's rights; after that it is the current directory. */
int enter_directory(const struct store *store, struct spec *spec, struct failure *failure);

#endif

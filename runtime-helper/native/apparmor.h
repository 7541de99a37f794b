/* The AppArmor profile of containers that ask for none. */
#ifndef SKIFF_APPARMOR_H
#define SKIFF_APPARMOR_H

#include "spec.h"

/* Sees to it that the kernel knows the default profile, when that is the spec's. -1: it can't be made to; the spec has no profile then. */
int apparmor_settle(struct spec *spec, struct failure *failure);

#endif

/* What the init process of a bundle does besides what every container's does. */
#ifndef SKIFF_BUNDLE_INIT_H
#define SKIFF_BUNDLE_INIT_H

#include "process.h"

/* Waits until ids are mapped and cgroups joined, and is root of the user namespace then. */
int bundle_take_identity(const struct spec *spec, int sync_fd, struct failure *failure);
/* A copy of the mounts at the bundle's root file system, hung over it. A descriptor of it, or -1. */
int bundle_mount_root(const struct spec *spec, struct failure *failure);
/* All is mounted: lets the caller run its hooks, and runs those that belong here. */
int bundle_run_create_hooks(const struct spec *spec, int sync_fd, struct failure *failure);
/* In the new root. */
int bundle_settle(const struct spec *spec, struct failure *failure);
/* Says that everything is made, waits for `start`, and becomes the user's process. */
_Noreturn void bundle_wait_and_exec(const struct spec *spec, const struct stdio *stdio, int sync_fd);

#endif

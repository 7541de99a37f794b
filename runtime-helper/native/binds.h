/* Bind mounts: of the container's own files, of paths of the host, of volumes. */
#ifndef SKIFF_BINDS_H
#define SKIFF_BINDS_H

#include "spawner.h"
#include "spec.h"

/* Opens the sources that take part in propagation, while the namespace's mounts are still peers of the host's. */
int binds_open_shared(const struct store *store, struct spec *spec, struct failure *failure);
/* A copy of the mounts at the source of one that is no volume, or -1 with the failure recorded. */
int bind_open(const struct store *store, const struct spec *spec, const struct mount_spec *item, struct failure *failure);
/* Makes one mount that is no file system of its own. A target that is missing is made. */
int bind_make(const struct store *store, const struct spec *spec, int root_fd, const struct mount_spec *item, struct failure *failure);

/* Hangs a copy of the mount at `source` on `target`, with more flags set before anybody can see it. */
int bind_attach(int source, int target, unsigned long flags);
/* Sets flags (MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC) of a mount, with MS_REC of those below it too. */
int bind_protect(int mount_fd, unsigned long flags);

#endif

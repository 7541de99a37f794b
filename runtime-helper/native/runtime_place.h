/* Where another runtime finds a container's bundle, and keeps what it knows of it: a tmpfs in the mount namespace of the monitor. Nobody
 * else sees it, and it is gone with the monitor. */
#ifndef SKIFF_RUNTIME_PLACE_H
#define SKIFF_RUNTIME_PLACE_H

#include "spawner.h"
#include "spec.h"

/* The helper writes it into config.json too. Short: there are sockets in it. */
#define RUNTIME_PLACE "/run/skiff-bundle"
#define RUNTIME_BUNDLE RUNTIME_PLACE "/bundle"
#define RUNTIME_ROOTFS RUNTIME_BUNDLE "/rootfs"
#define RUNTIME_STATE RUNTIME_PLACE "/state"

/* Makes it anew, for one life: the root file system with what is mounted in it, and files for namespaces. */
int runtime_place_make(const struct store *store, struct spec *spec, struct failure *failure);
/* Unmounts it, with the network namespace in it: the host's ends of it are gone then. */
void runtime_place_leave(void);
/* The place of the container whose PID 1 that is, made by its monitor. */
int runtime_place_join(pid_t init, struct failure *failure);
/* Hangs the namespace at `source` on the file `kind` (`net`, `pid`, `ipc`, `uts`). */
int runtime_place_keep(const char *source, const char *kind, struct failure *failure);
/* Writes `process` with the user in it, as the container's own files know him, to a path below. */
int runtime_place_write(const struct spec *spec, const char *path, struct failure *failure);

#endif

/* The store's directories, opened from inside a container's mount namespace. */
#ifndef SKIFF_STORE_OPEN_H
#define SKIFF_STORE_OPEN_H

#include <stdbool.h>

#include "spawner.h"

/* Whether a directory is root's, and nobody else enters it: what the user put there himself could have links to files that are not his, or
 * let him at what is put into it. False: errno. */
bool is_roots_alone(int fd);

/* Descriptors from before clone3 belong to the host's mount namespace, whose mounts overlay refuses (clone_private_mount checks that
 * a mount is the caller's): opened again by their paths, and refused with ESTALE when they are other directories by now. */
int store_reopen(const char *path, int known_fd);
/* O_PATH descriptor of `<root>/KIND/NAME[/LAST]`; no symbolic link is followed below the root. */
int store_open(const struct store *store, const char *kind, const char *name, const char *last);

#endif

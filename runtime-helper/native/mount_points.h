/* The lowest layer of containers: places for what is mounted in each of them. Made in every snapshot anew, these would cost a container
 * half a dozen files that are deleted with it. Docker has such a layer too. */
#ifndef SKIFF_MOUNT_POINTS_H
#define SKIFF_MOUNT_POINTS_H

#include "spawner.h"

/* Its name in layers/, as the directive `lower` has it. */
#define MOUNT_POINTS "mount-points"

/* O_PATH descriptor of it, made if missing, in a mount namespace of the caller's own. */
int mount_points_open(const struct store *store);

#endif

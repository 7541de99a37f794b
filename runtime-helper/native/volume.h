/* Named volumes: <root>/volumes/NAME/_data below a directory that only root can enter, since what containers put there may be
 * setuid; the helper's record is beside it, .NAME.json. */
#ifndef SKIFF_VOLUME_H
#define SKIFF_VOLUME_H

#include <stdbool.h>

#include "request.h"
#include "spawner.h"

struct volume {
	int directory_fd; /* volumes/NAME */
	int data_fd;	  /* volumes/NAME/_data */
};

bool is_volume_name(const char *name);

/* Opens a volume, and makes what is missing of it. A directory that is not root's alone is refused with EPERM. */
int volume_open(const struct store *store, const char *name, struct volume *volume);
/* Copies what is in `image_fd` to a volume that is empty, and the directory's owner and mode. One container does it at a time. */
int volume_populate(int directory_fd, int data_fd, int image_fd);
/* Removes a volume, its data and its record; one that is not there is no error. */
int volume_drop(const struct store *store, const char *name);

/* The verbs `volume-make` and `volume-remove`: NAME. */
int volume_make(const struct store *store, const struct request *request, int reply_fd);
int volume_remove(const struct store *store, const struct request *request, int reply_fd);

#endif

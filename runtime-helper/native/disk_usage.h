/* What containers have written: the sizes of their upper layers. */
#ifndef SKIFF_DISK_USAGE_H
#define SKIFF_DISK_USAGE_H

#include "request.h"
#include "spawner.h"

/* The verb `disk-usage`: bytes for each container that is named. */
int disk_usage(const struct store *store, const struct request *request, int reply_fd);

#endif

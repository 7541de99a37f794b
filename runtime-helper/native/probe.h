/* The verb `probe`: what this kernel and this store allow, found out by doing it. */
#ifndef SKIFF_PROBE_H
#define SKIFF_PROBE_H

#include "request.h"
#include "spawner.h"

int probe_run(const struct store *store, const struct request *request, int reply_fd);

#endif

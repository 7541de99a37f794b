/* Verbs that make and remove unpacked layers: ARCHITECTURE.md, Seams 1 and 3. */
#ifndef SKIFF_LAYER_H
#define SKIFF_LAYER_H

#include "request.h"
#include "spawner.h"

/* Both run in a process of their own and send their replies themselves; the return value is its exit status. */
int layer_apply(const struct store *store, const struct request *request, int reply_fd);
int layer_remove(const struct store *store, const struct request *request, int reply_fd);

#endif

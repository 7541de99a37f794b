/* Reaching a helper: the window's, one that runs, or one that is started here. */
#ifndef SKIFF_FRONT_CONNECT_H
#define SKIFF_FRONT_CONNECT_H

#include <stdbool.h>

#include "front_store.h"

struct front_connection {
	int fd;
	/* This call has started the helper: when it goes without a word, it has failed to start. */
	bool started;
};

/* -1 after a message. */
int front_connect(struct front_store *store, struct front_connection *connection);
/* A stream socket by a path of any length; the peer must be the caller's own. -1 with errno. */
int front_connect_path(const char *path);
/* Says how the helper of this store ended, by the last line of its log; returns -1. */
int front_explain_end(const struct front_store *store);

#endif

/* Where a store is, from the command line and the environment: the front only needs it to find a helper. */
#ifndef SKIFF_FRONT_STORE_H
#define SKIFF_FRONT_STORE_H

#include <limits.h>
#include <stdbool.h>

struct front_store {
	/* Absolute, without "." and "..". */
	char root[PATH_MAX];
	char run_root[PATH_MAX];
	/* Somebody said which store: then a window's helper, which serves one store only, is not asked. */
	bool named;
	/* 8 hex digits; set by front_store_open. */
	char id[9];
	/* <run_root>/<id>; set by front_store_open. */
	char run[PATH_MAX];
};

/* Reads argv and the environment. -1 after a message. */
int front_store_locate(struct front_store *store, int argc, char **argv);
/*
 * Makes what is missing and returns a descriptor of the run directory, which nobody else can write: below /tmp anybody could have
 * made it first, and would be told the caller's environment. -1 after a message.
 */
int front_store_open(struct front_store *store);

#endif

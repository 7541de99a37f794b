/* The store's journal: a line of JSON for each thing that happened, ARCHITECTURE.md, State on disk. */
#ifndef SKIFF_JOURNAL_H
#define SKIFF_JOURNAL_H

#include <stddef.h>

#include "spawner.h"

/* Lines that are written together. */
struct journal {
	const struct store *store;
	size_t length;
	char text[16 * 1024];
};

/* A line about now. `detail` and `attributes` are members of one JSON object without its braces; either may be empty or NULL. */
void journal_add(struct journal *journal, const char *type, const char *action, const char *id, const char *detail,
		 const char *attributes);
/* Nothing is decided by the journal: what can't be written is left out. */
void journal_write(struct journal *journal);

#endif

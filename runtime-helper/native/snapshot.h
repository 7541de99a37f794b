/* A container's file system: its image's layers below, and what it has written on top. */
#ifndef SKIFF_SNAPSHOT_H
#define SKIFF_SNAPSHOT_H

#include "spawner.h"
#include "spec.h"

/* Below containers/<id>. */
#define SNAPSHOT_FOLDER "snapshot"

struct snapshot {
	const char *id;
	/* As the directives `lower` and `overlay-option` have them: topmost first. */
	const struct strings *lowers;
	const struct strings *options;
};

/* All of these work in a mount namespace of the caller's own. */

/* What it has written, made if missing. */
int snapshot_open_upper(const struct store *store, const struct snapshot *snapshot);

/* Mounts it, to be written to, on `place`. */
int snapshot_mount(const struct store *store, const struct snapshot *snapshot, int place, unsigned long flags, struct failure *failure);
/* Mounts what it has without writing anything: everything, or with `lowers_only` what the image has. Returns a descriptor of
 * its root, which may be a layer itself. */
int snapshot_view(const struct store *store, const struct snapshot *snapshot, bool lowers_only, int place, struct failure *failure);

#endif

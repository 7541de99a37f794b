#include "tree_mounts.h"

#include <errno.h>

#include "binds.h"

/* The container's own files are made when it starts: before that there are none. */
static bool may_be_missing(const struct mount_spec *item, bool writable)
{
	return !writable || item->kind == MOUNT_BIND_STORE;
}

int tree_mounts_open(const struct store *store, struct spec *spec, bool writable, struct failure *failure)
{
	for (size_t i = 0; i < spec->mounts.count; i++) {
		struct mount_spec *item = &spec->mounts.items[i];
		item->tree_fd = -1;
		if (item->kind == MOUNT_VOLUME)
			continue;
		item->tree_fd = bind_open(store, spec, item, failure);
		if (item->tree_fd < 0 && !(failure->error == ENOENT && may_be_missing(item, writable)))
			return -1;
	}
	return 0;
}

int tree_mounts_make(const struct store *store, const struct spec *spec, int root_fd, bool writable, struct failure *failure)
{
	for (size_t i = 0; i < spec->mounts.count; i++) {
		const struct mount_spec *item = &spec->mounts.items[i];
		bool is_missing = item->kind != MOUNT_VOLUME && item->tree_fd < 0;
		if (is_missing || bind_make(store, spec, root_fd, item, failure) == 0)
			continue;
		/* It has no place yet, and gets none by a look. */
		if (writable || failure->error != EROFS)
			return -1;
	}
	return 0;
}

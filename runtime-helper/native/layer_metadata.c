#include "layer_metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"

static bool is_foreign_overlay(const char *name)
{
	return strncmp(name, "trusted.overlay.", 16) == 0 || strncmp(name, "user.overlay.", 13) == 0;
}

int layer_metadata_set_xattrs(int parent, const char *name, struct layer_entry *entry)
{
	char path[PATH_MAX];
	struct xattr xattr;
	while (layer_entry_next_xattr(entry, &xattr) > 0) {
		/* They would steer our overlay: a layer's own are data of somebody else's. */
		if (is_foreign_overlay(xattr.name))
			continue;
		/* The descriptor's link is followed, the last component is not. */
		snprintf(path, sizeof(path), "%s/%s", fd_path(parent).text, name);
		/* A file system without them, or a link, which can't have user's. */
		if (lsetxattr(path, xattr.name, xattr.value, xattr.length, 0) < 0 && errno != ENOTSUP &&
		    !(errno == EPERM && strncmp(xattr.name, "user.", 5) == 0))
			return -1;
	}
	return 0;
}

/* Owner first: it takes set-user-id and capabilities away. Times last. */
int layer_metadata_set(int parent, const char *name, struct layer_entry *entry)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	if (fchownat(parent, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (entry->type != '2' && change_mode(parent, name, entry->mode) < 0)
		return -1;
	if (layer_metadata_set_xattrs(parent, name, entry) < 0)
		return -1;
	return utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

/* A change of owner takes capabilities away: none without need. A link's mode is nobody's. */
int layer_metadata_set_linked(int parent, const char *name, const struct stat *status, struct layer_entry *entry)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	bool moves = status->st_uid != entry->uid || status->st_gid != entry->gid;
	if (moves && fchownat(parent, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISLNK(status->st_mode) && (moves || (status->st_mode & 07777) != entry->mode) && change_mode(parent, name, entry->mode) < 0)
		return -1;
	if (layer_metadata_set_xattrs(parent, name, entry) < 0)
		return -1;
	return utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

#include "layer_whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"

#define WHITEOUT ".wh."
#define WHITEOUT_META ".wh..wh."
#define OPAQUE ".wh..wh..opq"
#define OVERLAY_OPAQUE "trusted.overlay.opaque"

bool whiteout_is_name(const char *name)
{
	return strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0;
}

bool whiteout_is_made(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(0, 0);
}

int whiteout_make_opaque(int parent, const char *name)
{
	CLEANUP_CLOSE int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -1 : fsetxattr(fd, OVERLAY_OPAQUE, "y", 1, 0);
}

int whiteout_apply(int parent, const char *name)
{
	struct stat status;
	if (strcmp(name, OPAQUE) == 0)
		return whiteout_make_opaque(parent, ".");
	/* aufs' own notes, which mean nothing here. */
	if (strncmp(name, WHITEOUT_META, strlen(WHITEOUT_META)) == 0)
		return 0;
	name += strlen(WHITEOUT);
	if (!is_component(name)) {
		errno = EINVAL;
		return -1;
	}
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(status.st_mode) ? whiteout_make_opaque(parent, name) : 0;
	if (errno != ENOENT)
		return -1;
	return mknodat(parent, name, S_IFCHR, makedev(0, 0));
}

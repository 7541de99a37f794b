#include "mount_points.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "store_open.h"

static const char *const directories[] = { "dev", "etc", "proc", "sys" };
/* By .dockerenv programs know that they are in a container. */
static const char *const files[] = { ".dockerenv", "etc/hostname", "etc/hosts", "etc/resolv.conf" };
/* Docker has this link for programs that ask mtab; an image's own stands. The last of all: it tells that all are there. */
#define MTAB "etc/mtab"

static int make_directory(int parent, const char *name, mode_t mode)
{
	bool made = mkdirat(parent, name, mode) == 0;
	if (!made && errno != EEXIST)
		return -1;
	CLEANUP_CLOSE int fd = open_beneath(parent, name, O_RDONLY | O_DIRECTORY, 0);
	/* Whatever umask is ours here. By descriptor: layers/ is the user's, who could put a link there meanwhile. */
	return fd < 0 || (made && fchmod(fd, mode) < 0) ? -1 : take_fd(&fd);
}

/* Several may be at it at once, and one may have died at it: what is there is right. */
static int fill(int root)
{
	for (size_t i = 0; i < ARRAY_LENGTH(directories); i++) {
		CLEANUP_CLOSE int made = make_directory(root, directories[i], 0755);
		if (made < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		CLEANUP_CLOSE int made = open_beneath(root, files[i], O_WRONLY | O_CREAT, 0644);
		if (made < 0 || fchmod(made, 0644) < 0)
			return -1;
	}
	return symlinkat("/proc/mounts", root, MTAB) < 0 && errno != EEXIST ? -1 : 0;
}

static int make(const struct store *store)
{
	CLEANUP_CLOSE int root = store_reopen(store->root, store->root_fd);
	CLEANUP_CLOSE int layers = root < 0 ? -1 : open_beneath(root, "layers", O_PATH | O_DIRECTORY, 0);
	/* Root's alone, as all layers are. */
	CLEANUP_CLOSE int layer = layers < 0 ? -1 : make_directory(layers, MOUNT_POINTS, 0700);
	CLEANUP_CLOSE int diff = layer < 0 || !is_roots_alone(layer) ? -1 : make_directory(layer, "diff", 0755);
	return diff < 0 || fill(diff) < 0 ? -1 : take_fd(&diff);
}

int mount_points_open(const struct store *store)
{
	struct stat status;
	CLEANUP_CLOSE int diff = store_open(store, "layers", MOUNT_POINTS, "diff");
	if (diff >= 0 && fstatat(diff, MTAB, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return take_fd(&diff);
	return make(store);
}

#include "tree_paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "rootfs.h"

int tree_fail(struct failure *failure, const char *path)
{
	return fail(failure, STAGE_TREE, *path ? path : "/");
}

int tree_open_parent(int root_fd, const char *path, const char **name)
{
	static char parent[PATH_MAX];
	size_t length = strlen(path);
	if (length >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(parent, path, length + 1);
	while (length > 0 && parent[length - 1] == '/')
		parent[--length] = '\0';
	char *slash = strrchr(parent, '/');
	const char *last = slash ? slash + 1 : parent;
	*name = *last ? last : ".";
	if (slash)
		*slash = '\0';
	if (strcmp(*name, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	return rootfs_open(root_fd, slash && *parent ? parent : "/", O_RDONLY | O_DIRECTORY);
}

/* A name that was free a moment ago: whoever has taken it meanwhile keeps it. */
static int create(int root_fd, const char *path, int flags, mode_t mode)
{
	const char *name;
	struct stat directory;
	CLEANUP_CLOSE int parent = tree_open_parent(root_fd, path, &name);
	if (parent < 0 || fstat(parent, &directory) < 0)
		return -1;
	CLEANUP_CLOSE int fd = openat(parent, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	/* Who owns the directory is to be able to work with what is put into it. */
	if (fd >= 0 && fchown(fd, directory.st_uid, directory.st_gid) < 0) {
		int saved = errno;
		unlinkat(parent, name, 0);
		errno = saved;
		return -1;
	}
	return take_fd(&fd);
}

int tree_open_file(int root_fd, const char *path, int flags, mode_t mode)
{
	struct stat status;
	CLEANUP_CLOSE int place = rootfs_open(root_fd, *path ? path : "/", O_PATH);
	if (place < 0)
		return errno == ENOENT && (flags & O_CREAT) ? create(root_fd, path, flags, mode) : -1;
	if (flags & O_EXCL) {
		errno = EEXIST;
		return -1;
	}
	if (fstat(place, &status) < 0)
		return -1;
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	return open(fd_path(place).text, (flags & ~O_CREAT) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define MAX_LINKS 40

int rootfs_open(int root_fd, const char *path, int flags)
{
	return open_resolved(root_fd, path, (uint64_t)flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static int open_directory(int root_fd, const char *path)
{
	return rootfs_open(root_fd, *path ? path : "/", O_PATH | O_DIRECTORY);
}

/* Where a dangling link points, as a path from the root: the parent of a relative target is the link's own. */
static int dangling_target(int root_fd, const char *path, char *target)
{
	CLEANUP_CLOSE int link = rootfs_open(root_fd, path, O_PATH | O_NOFOLLOW);
	if (link < 0)
		return -1;
	char text[PATH_MAX];
	ssize_t length = readlinkat(link, "", text, sizeof(text) - 1);
	if (length < 0)
		return -1;
	text[length] = '\0';
	const char *slash = strrchr(path, '/');
	int parent = text[0] == '/' || !slash ? 0 : (int)(slash - path);
	int written = snprintf(target, PATH_MAX, "%.*s/%s", parent, path, text);
	if (written >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

static int make_directory(int root_fd, const char *path, mode_t mode, int links);

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The last component of a path whose parent is open. A link that points nowhere gets the directory that it means. */
static int make_child(int root_fd, int parent, const char *path, mode_t mode, int links)
{
	const char *name = last_component(path);
	char target[PATH_MAX];
	if (!is_component(name)) {
		errno = EINVAL;
		return -1;
	}
	if (mkdirat(parent, name, mode) == 0)
		return openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (errno != EEXIST)
		return -1;
	int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = open_directory(root_fd, path);
	if (fd >= 0 || errno != ENOENT || links >= MAX_LINKS || dangling_target(root_fd, path, target) < 0)
		return fd;
	return make_directory(root_fd, target, mode, links + 1);
}

/* The parent, which mostly is all that is there, or else the root. `path` is cut after it. */
static int open_ancestor(int root_fd, char *path)
{
	char *slash = strrchr(path, '/');
	*(slash ? slash : path) = '\0';
	int fd = open_directory(root_fd, path);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	*path = '\0';
	return open_directory(root_fd, path);
}

/* One by one, not each by way of its parent: a path may have thousands of them. */
static int make_missing(int root_fd, const char *path, mode_t mode, int links)
{
	char reached[PATH_MAX];
	if (strlen(path) >= sizeof(reached)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(reached, path);
	int fd = open_ancestor(root_fd, reached);
	for (size_t length = strlen(reached); fd >= 0 && path[length] != '\0';) {
		length += 1 + strcspn(path + length + 1, "/");
		memcpy(reached, path, length);
		reached[length] = '\0';
		CLEANUP_CLOSE int parent = fd;
		fd = make_child(root_fd, parent, reached, path[length] == '\0' ? mode : 0755, links);
	}
	return fd;
}

static int make_directory(int root_fd, const char *path, mode_t mode, int links)
{
	int fd = open_directory(root_fd, path);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	return make_missing(root_fd, path, mode, links);
}

static int parent_of(int root_fd, const char *path, const char **name, int links)
{
	*name = last_component(path);
	if (!is_component(*name)) {
		errno = EINVAL;
		return -1;
	}
	char parent[PATH_MAX];
	int length = *name > path ? (int)(*name - path) - 1 : 0;
	if (length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(parent, sizeof(parent), "%.*s", length, path);
	return make_directory(root_fd, parent, 0755, links);
}

int rootfs_make_directory(int root_fd, const char *path, mode_t mode)
{
	return make_directory(root_fd, path, mode, 0);
}

int rootfs_parent(int root_fd, const char *path, const char **name)
{
	return parent_of(root_fd, path, name, 0);
}

static int make_file(int root_fd, const char *path, int links)
{
	int fd = rootfs_open(root_fd, path, O_PATH);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	/* As on Debian with systemd, where /etc/resolv.conf points into a /run that is empty here. */
	char target[PATH_MAX];
	if (links < MAX_LINKS && dangling_target(root_fd, path, target) == 0)
		return make_file(root_fd, target, links + 1);
	const char *name;
	CLEANUP_CLOSE int parent = parent_of(root_fd, path, &name, links);
	if (parent < 0)
		return -1;
	CLEANUP_CLOSE int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (file < 0 && errno != EEXIST)
		return -1;
	return rootfs_open(root_fd, path, O_PATH);
}

int rootfs_make_file(int root_fd, const char *path)
{
	return make_file(root_fd, path, 0);
}

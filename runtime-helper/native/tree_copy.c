#include "tree_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"

/* Each level holds two descriptors. */
#define MAX_DEPTH 256
#define MAX_XATTR 65536

/* A file of several names that was copied under one of them: where that is can be opened again by its inode's copy. */
struct link {
	ino_t inode;
	int fd; /* O_PATH descriptor of the copy */
};

struct links {
	size_t count;
	struct link *items;
};

static int copy_children(int source, int target, struct links *links, int depth);

static int copy_xattrs(int source, int target)
{
	CLEANUP_FREE char *names = malloc(MAX_XATTR);
	CLEANUP_FREE char *value = malloc(MAX_XATTR);
	ssize_t length = names && value ? flistxattr(source, names, MAX_XATTR) : -1;
	if (length < 0)
		return errno == ENOTSUP ? 0 : -1;
	for (const char *name = names; name < names + length; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(source, name, value, MAX_XATTR);
		/* What the other file system, or a security module, does not take is left out, as cp -a leaves it. */
		if (size >= 0 && fsetxattr(target, name, value, (size_t)size, 0) < 0 && errno != ENOTSUP && errno != EPERM &&
		    errno != EACCES)
			return -1;
	}
	return 0;
}

/* In this order: a change of owner clears setuid bits and file capabilities, and each of these changes the times. */
static int copy_attributes(int source, int target, const struct stat *status)
{
	if (fchown(target, status->st_uid, status->st_gid) < 0 || fchmod(target, status->st_mode & 07777) < 0 ||
	    copy_xattrs(source, target) < 0)
		return -1;
	return futimens(target, (const struct timespec[]){ status->st_atim, status->st_mtim });
}

static int copy_bytes(int source, int target)
{
	char buffer[65536];
	for (;;) {
		ssize_t count = copy_file_range(source, NULL, target, NULL, 1 << 30, 0);
		if (count == 0)
			return 0;
		if (count < 0)
			break;
	}
	/* Between file systems, or from one that can't do it: from where it stopped. */
	if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
		return -1;
	for (;;) {
		ssize_t count = read(source, buffer, sizeof(buffer));
		if (count <= 0)
			return (int)count;
		if (write_full(target, buffer, (size_t)count) < 0)
			return -1;
	}
}

static int copy_file(int from, int to, const char *name, const struct stat *status)
{
	CLEANUP_CLOSE int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP_CLOSE int target = source < 0 ? -1 : openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (target < 0 || copy_bytes(source, target) < 0)
		return -1;
	return copy_attributes(source, target, status);
}

static int copy_directory(int from, int to, const char *name, const struct stat *status, struct links *links, int depth)
{
	if (depth >= MAX_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	CLEANUP_CLOSE int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source < 0 || (mkdirat(to, name, 0700) < 0 && errno != EEXIST))
		return -1;
	CLEANUP_CLOSE int target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0 || copy_children(source, target, links, depth + 1) < 0)
		return -1;
	return copy_attributes(source, target, status);
}

static int copy_special(int from, int to, const char *name, const struct stat *status)
{
	char link[PATH_MAX];
	if (S_ISLNK(status->st_mode)) {
		ssize_t length = readlinkat(from, name, link, sizeof(link) - 1);
		if (length < 0)
			return -1;
		link[length] = '\0';
		if (symlinkat(link, to, name) < 0)
			return -1;
	} else if (S_ISSOCK(status->st_mode)) {
		return 0;
	} else if (mknodat(to, name, status->st_mode, status->st_rdev) < 0) {
		return -1;
	}
	const struct timespec times[] = { status->st_atim, status->st_mtim };
	if (fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
}

/* 1: it is one more name of a file that was copied. */
static int copy_link(int to, const char *name, const struct stat *status, const struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->items[i].inode == status->st_ino)
			return linkat(links->items[i].fd, "", to, name, AT_EMPTY_PATH) < 0 ? -1 : 1;
	return 0;
}

static int remember_link(int to, const char *name, const struct stat *status, struct links *links)
{
	struct link *items = realloc(links->items, (links->count + 1) * sizeof(*items));
	if (!items)
		return -1;
	links->items = items;
	int fd = openat(to, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	links->items[links->count++] = (struct link){ status->st_ino, fd };
	return 0;
}

static int copy_entry(int from, int to, const char *name, struct links *links, int depth)
{
	struct stat status;
	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(status.st_mode))
		return copy_directory(from, to, name, &status, links, depth);
	/* Left by a copy that was interrupted. */
	if (unlinkat(to, name, 0) < 0 && errno != ENOENT)
		return -1;
	bool many = status.st_nlink > 1;
	int linked = many ? copy_link(to, name, &status, links) : 0;
	if (linked != 0)
		return linked < 0 ? -1 : 0;
	int result = S_ISREG(status.st_mode) ? copy_file(from, to, name, &status) : copy_special(from, to, name, &status);
	return result == 0 && many && !S_ISSOCK(status.st_mode) ? remember_link(to, name, &status, links) : result;
}

static int copy_children(int source, int target, struct links *links, int depth)
{
	int fd = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory)
		return -1;
	int result = 0;
	const struct dirent *entry;
	while (result == 0 && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		result = copy_entry(source, target, entry->d_name, links, depth);
	}
	int saved = errno;
	closedir(directory);
	errno = saved;
	return result;
}

int tree_copy(int source, int target)
{
	struct links links = { 0 };
	struct stat status;
	int result = fstat(source, &status);
	if (result == 0)
		result = copy_children(source, target, &links, 0);
	if (result == 0)
		result = copy_attributes(source, target, &status);
	int saved = errno;
	for (size_t i = 0; i < links.count; i++)
		close(links.items[i].fd);
	free(links.items);
	errno = saved;
	return result;
}

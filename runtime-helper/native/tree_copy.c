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

/* A name in one directory, and the name of its copy in another. */
struct pair {
	int from;
	const char *name;
	int to;
	const char *copy;
};

static int copy_file(const struct pair *pair, const struct stat *status)
{
	CLEANUP_CLOSE int source = openat(pair->from, pair->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP_CLOSE int target = source < 0 ? -1 : openat(pair->to, pair->copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (target < 0 || copy_bytes(source, target) < 0)
		return -1;
	return copy_attributes(source, target, status);
}

static int copy_directory(const struct pair *pair, const struct stat *status, struct links *links, int depth)
{
	if (depth >= MAX_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	CLEANUP_CLOSE int source = openat(pair->from, pair->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source < 0 || (mkdirat(pair->to, pair->copy, 0700) < 0 && errno != EEXIST))
		return -1;
	CLEANUP_CLOSE int target = openat(pair->to, pair->copy, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0 || copy_children(source, target, links, depth + 1) < 0)
		return -1;
	return copy_attributes(source, target, status);
}

static int copy_special(const struct pair *pair, const struct stat *status)
{
	char link[PATH_MAX];
	if (S_ISLNK(status->st_mode)) {
		ssize_t length = readlinkat(pair->from, pair->name, link, sizeof(link) - 1);
		if (length < 0)
			return -1;
		link[length] = '\0';
		if (symlinkat(link, pair->to, pair->copy) < 0)
			return -1;
	} else if (S_ISSOCK(status->st_mode)) {
		return 0;
	} else if (mknodat(pair->to, pair->copy, status->st_mode, status->st_rdev) < 0) {
		return -1;
	}
	const struct timespec times[] = { status->st_atim, status->st_mtim };
	if (fchownat(pair->to, pair->copy, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return utimensat(pair->to, pair->copy, times, AT_SYMLINK_NOFOLLOW);
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

static int copy_entry(const struct pair *pair, struct links *links, int depth)
{
	struct stat status;
	if (fstatat(pair->from, pair->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(status.st_mode))
		return copy_directory(pair, &status, links, depth);
	/* Left by a copy that was interrupted. */
	if (unlinkat(pair->to, pair->copy, 0) < 0 && errno != ENOENT)
		return -1;
	bool many = status.st_nlink > 1;
	int linked = many ? copy_link(pair->to, pair->copy, &status, links) : 0;
	if (linked != 0)
		return linked < 0 ? -1 : 0;
	int result = S_ISREG(status.st_mode) ? copy_file(pair, &status) : copy_special(pair, &status);
	return result == 0 && many && !S_ISSOCK(status.st_mode) ? remember_link(pair->to, pair->copy, &status, links) : result;
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
		result = copy_entry(&(struct pair){ source, entry->d_name, target, entry->d_name }, links, depth);
	}
	int saved = errno;
	closedir(directory);
	errno = saved;
	return result;
}

static void links_end(struct links *links)
{
	int saved = errno;
	for (size_t i = 0; i < links->count; i++)
		close(links->items[i].fd);
	free(links->items);
	errno = saved;
}

int tree_copy_entry(int from, const char *name, int to, const char *copy)
{
	struct links links = { 0 };
	int result = copy_entry(&(struct pair){ from, name, to, copy }, &links, 0);
	links_end(&links);
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
	links_end(&links);
	return result;
}

#include "tree_remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

/* Deeper than this is somebody's attempt to exhaust our stack and descriptors; it is flattened instead of followed. */
#define MAX_DEPTH 128
/* Passes over a tree that is not empty afterwards: it is being filled by somebody. One that lifts something was deep, and each takes away so many
 * levels. */
#define MOST_VAIN_PASSES 16
#define MOST_PASSES 65536

static unsigned lifted_count;

static int remove_entry(int dirfd, const char *name, int top, int depth);

/* Takes a directory that is too deep out of its parent and puts it at the top, where a later pass finds it. */
static int lift(int dirfd, const char *name, int top)
{
	char lifted[32];
	snprintf(lifted, sizeof(lifted), ".skiff-deep-%u", lifted_count++);
	return renameat(dirfd, name, top, lifted);
}

static int remove_children(int fd, int top, int depth)
{
	DIR *directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return -1;
	}
	int result = 0, saved = 0;
	const struct dirent *entry;
	while ((entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		/* All that can go goes, even when something can't. */
		if (remove_entry(fd, entry->d_name, top, depth) < 0) {
			result = -1;
			saved = errno;
		}
	}
	closedir(directory);
	errno = saved;
	return result;
}

static int open_to_empty(int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags);
	/* overlay's work/work is mode 000; root passes, a remapped root may not. */
	if (fd < 0 && errno == EACCES && change_mode(dirfd, name, 0700) == 0)
		fd = openat(dirfd, name, flags);
	return fd;
}

static int remove_entry(int dirfd, const char *name, int top, int depth)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	if (depth >= MAX_DEPTH)
		return lift(dirfd, name, top);
	int fd = open_to_empty(dirfd, name);
	if (fd < 0)
		return -1;
	if (remove_children(fd, top, depth + 1) < 0)
		return -1;
	return unlinkat(dirfd, name, AT_REMOVEDIR);
}

int tree_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	CLEANUP_CLOSE int top = open_to_empty(dirfd, name);
	if (top < 0)
		return -1;
	/* Each pass lifts what was too deep for the one before, so it ends; unless a container that runs fills it again. */
	for (int passes = 0, vain = 0; passes < MOST_PASSES && vain < MOST_VAIN_PASSES; passes++) {
		const unsigned lifted_before = lifted_count;
		int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return -1;
		if (remove_children(fd, top, 0) < 0)
			return -1;
		if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
			return 0;
		if (errno != ENOTEMPTY && errno != EEXIST)
			return -1;
		vain += lifted_count == lifted_before;
	}
	errno = ENOTEMPTY;
	return -1;
}

#include "store_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

bool is_roots_alone(int fd)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return false;
	errno = EPERM;
	return status.st_uid == 0 && (status.st_mode & 077) == 0;
}

int store_reopen(const char *path, int known_fd)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat now, then;
	if (fd < 0)
		return -1;
	if (fstat(fd, &now) < 0 || fstat(known_fd, &then) < 0 || now.st_dev != then.st_dev || now.st_ino != then.st_ino) {
		close(fd);
		errno = ESTALE;
		return -1;
	}
	return fd;
}

int store_open(const struct store *store, const char *kind, const char *name, const char *last)
{
	CLEANUP_CLOSE int root = store_reopen(store->root, store->root_fd);
	if (root < 0)
		return -1;
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s%s%s", kind, name, last ? "/" : "", last ? last : "");
	return open_beneath(root, path, O_PATH | O_DIRECTORY, 0);
}

#include "volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "store_open.h"
#include "tree_copy.h"
#include "tree_remove.h"

/* Stands beside the data while it is being copied: who finds it without a holder of the lock begins anew. */
#define COPYING "copying"

bool is_volume_name(const char *name)
{
	return is_component(name) && name[0] != '.' && strlen(name) < NAME_MAX - 16;
}

/* By its path: the descriptors of before clone3 are of another mount namespace, where nothing can be bound from. */
static int open_volumes(const struct store *store)
{
	CLEANUP_CLOSE int root = open(store->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat now, then;
	if (root < 0 || fstat(root, &now) < 0 || fstat(store->root_fd, &then) < 0)
		return -1;
	if (now.st_dev != then.st_dev || now.st_ino != then.st_ino) {
		errno = ESTALE;
		return -1;
	}
	return open_beneath(root, "volumes", O_RDONLY | O_DIRECTORY, 0);
}

/* Made when it is missing. What the user put there himself is not root's. */
static int open_private_directory(int parent_fd, const char *name)
{
	if (mkdirat(parent_fd, name, 0700) < 0 && errno != EEXIST)
		return -1;
	CLEANUP_CLOSE int fd = open_beneath(parent_fd, name, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 || !is_roots_alone(fd) ? -1 : take_fd(&fd);
}

int volume_open(const struct store *store, const char *name, struct volume *volume)
{
	*volume = (struct volume){ -1, -1 };
	if (!is_volume_name(name)) {
		errno = EINVAL;
		return -1;
	}
	CLEANUP_CLOSE int volumes = open_volumes(store);
	CLEANUP_CLOSE int directory = volumes < 0 ? -1 : open_private_directory(volumes, name);
	if (directory < 0 || (mkdirat(directory, "_data", 0755) < 0 && errno != EEXIST))
		return -1;
	CLEANUP_CLOSE int data = open_beneath(directory, "_data", O_RDONLY | O_DIRECTORY, 0);
	if (data < 0)
		return -1;
	volume->directory_fd = take_fd(&directory);
	volume->data_fd = take_fd(&data);
	return 0;
}

/* 1: nothing is in it; -1: it can't be read. */
static int is_empty(int directory_fd)
{
	int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory)
		return -1;
	int empty = 1;
	for (const struct dirent *entry = readdir(directory); entry && empty; entry = readdir(directory))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = 0;
	closedir(directory);
	return empty;
}

static int copy_image(int directory_fd, int data_fd, int image_fd)
{
	bool interrupted = faccessat(directory_fd, COPYING, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int empty = is_empty(data_fd);
	if (empty < 0)
		return -1;
	if (!empty && !interrupted)
		return 0;
	CLEANUP_CLOSE int mark = openat(directory_fd, COPYING, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	CLEANUP_CLOSE int source = openat(image_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mark < 0 || source < 0 || tree_copy(source, data_fd) < 0)
		return -1;
	return unlinkat(directory_fd, COPYING, 0);
}

int volume_populate(int directory_fd, int data_fd, int image_fd)
{
	struct stat status;
	/* A file over a volume's directory can't be: the mount itself says so. */
	if (fstat(image_fd, &status) < 0)
		return -1;
	if (!S_ISDIR(status.st_mode))
		return 0;
	if (flock(directory_fd, LOCK_EX) < 0)
		return -1;
	int result = copy_image(directory_fd, data_fd, image_fd);
	int saved = errno;
	flock(directory_fd, LOCK_UN);
	errno = saved;
	return result;
}

int volume_drop(const struct store *store, const char *name)
{
	CLEANUP_CLOSE int volumes = open_volumes(store);
	char record[NAME_MAX];
	if (volumes < 0 || !is_volume_name(name))
		return -1;
	snprintf(record, sizeof(record), ".%s.json", name);
	if (tree_remove(volumes, name) < 0 || (unlinkat(volumes, record, 0) < 0 && errno != ENOENT))
		return -1;
	return 0;
}

static int answer(const struct request *request, int reply_fd, int result)
{
	struct failure failure;
	if (result < 0) {
		fail(&failure, STAGE_VOLUME, request->count > 1 ? request->strings[1] : "");
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	reply_ok(reply_fd, request->id, 0, NULL);
	return 0;
}

int volume_make(const struct store *store, const struct request *request, int reply_fd)
{
	struct volume volume = { -1, -1 };
	return answer(request, reply_fd, request->count == 2 ? volume_open(store, request->strings[1], &volume) : -1);
}

int volume_remove(const struct store *store, const struct request *request, int reply_fd)
{
	return answer(request, reply_fd, request->count == 2 ? volume_drop(store, request->strings[1]) : -1);
}

#include "disk_usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "spec.h"
#include "volume.h"

/* Replies have room for so many numbers. */
#define MAX_CONTAINERS 128
/* Deeper than any path that the kernel takes is only a tree that grows while it is read. */
#define MAX_DEPTH 2048

/* Bytes of all regular files below, which the function closes. A tree that changes meanwhile, or can't be read, counts as far as it was seen. */
static unsigned long long sum_below(int directory, int depth)
{
	unsigned long long total = 0;
	DIR *entries = depth < MAX_DEPTH ? fdopendir(directory) : NULL;
	if (!entries) {
		close(directory);
		return 0;
	}
	const struct dirent *entry;
	while ((entry = readdir(entries))) {
		struct stat status;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(status.st_mode))
			total += (unsigned long long)status.st_size;
		else if (S_ISDIR(status.st_mode)) {
			int inside = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (inside >= 0)
				total += sum_below(inside, depth + 1);
		}
	}
	closedir(entries);
	return total;
}

/* What a container has written, or `volumes/NAME`. */
static int open_counted(const struct store *store, const char *text)
{
	static const char volumes[] = "volumes/";
	char path[NAME_MAX + 32];
	const char *name = strncmp(text, volumes, sizeof(volumes) - 1) == 0 ? text + sizeof(volumes) - 1 : NULL;
	if (name && is_volume_name(name))
		snprintf(path, sizeof(path), "volumes/%s/_data", name);
	else
		snprintf(path, sizeof(path), "containers/%.64s/snapshot/upper", is_container_id(text) ? text : "-");
	return open_beneath(store->root_fd, path, O_RDONLY | O_DIRECTORY, 0);
}

int disk_usage(const struct store *store, const struct request *request, int reply_fd)
{
	static char texts[MAX_CONTAINERS][24];
	const char *sizes[MAX_CONTAINERS];
	struct failure failure;
	size_t count = request->count - 1;
	if (count > MAX_CONTAINERS) {
		fail_with(&failure, STAGE_REQUEST, E2BIG, "disk-usage");
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		const char *id = request->strings[i + 1];
		int upper = open_counted(store, id);
		/* A container that was never started has none. */
		snprintf(texts[i], sizeof(texts[i]), "%llu", upper < 0 ? 0 : sum_below(upper, 0));
		sizes[i] = texts[i];
	}
	reply_ok(reply_fd, request->id, count, sizes);
	return 0;
}

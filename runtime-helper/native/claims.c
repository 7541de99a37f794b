#include "claims.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

#define FILE_NAME "claims"
#define MOST_BYTES (256 * 1024)

static void remove_if_empty(int root_fd, const char *directory)
{
	const char *slash = strrchr(directory, '/');
	char parent[PATH_MAX];
	if (!slash)
		return;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - directory), directory);
	CLEANUP_CLOSE int fd = open_beneath(root_fd, parent, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0 && is_component(slash + 1))
		unlinkat(fd, slash + 1, AT_REMOVEDIR);
}

/* networks/<network>/names/<name>/<address>: a name that has no more addresses is none. */
static bool is_name(const char *path)
{
	unsigned slashes = 0;
	for (const char *at = path; (at = strchr(at, '/')); at++)
		slashes++;
	return slashes == 4 && strncmp(path, "networks/", 9) == 0 && strstr(path, "/names/");
}

/* By now it could be another's. */
static void release(const struct container *container, const char *path)
{
	const int root_fd = container->store->root_fd;
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX], target[80];
	if (!slash || snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path), path) >= (int)sizeof(directory))
		return;
	CLEANUP_CLOSE int fd = open_beneath(root_fd, directory, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 || !is_component(slash + 1))
		return;
	ssize_t length = readlinkat(fd, slash + 1, target, sizeof(target));
	if (length == 64 && memcmp(target, container->spec.id, 64) == 0)
		unlinkat(fd, slash + 1, 0);
	if (is_name(path))
		remove_if_empty(root_fd, directory);
}

void claims_release(const struct container *container)
{
	for (size_t i = 0; i < container->spec.exit_unlinks.count; i++)
		release(container, container->spec.exit_unlinks.items[i]);
	CLEANUP_CLOSE int fd = open_beneath(container->run_fd, FILE_NAME, O_RDONLY | O_NONBLOCK, 0);
	CLEANUP_FREE char *text = fd < 0 ? NULL : malloc(MOST_BYTES);
	ssize_t length = text ? read_full(fd, text, MOST_BYTES - 1) : -1;
	if (length < 0)
		return;
	text[length] = '\0';
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		release(container, line);
}

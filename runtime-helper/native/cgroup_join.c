#include "cgroup_join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "io.h"

/* "0": the writer itself (cgroups(7)). */
static int join_at(const char *hierarchy, const char *path)
{
	char file[512];
	int length = snprintf(file, sizeof(file), "/sys/fs/cgroup/%s%s/cgroup.procs", hierarchy, path);
	if (length >= (int)sizeof(file)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return write_existing(AT_FDCWD, file, "0");
}

/* A hierarchy of version 1 is mounted under its controllers' names, or one of them; a named one under its name. */
static int join_version1(char *controllers, const char *path)
{
	const char *named = strncmp(controllers, "name=", 5) == 0 ? controllers + 5 : controllers;
	if (join_at(named, path) == 0)
		return 0;
	char *comma = strchr(controllers, ',');
	if (errno != ENOENT || !comma)
		return -1;
	*comma = '\0';
	return join_at(controllers, path);
}

/* One line of /proc/PID/cgroup: number, controllers, path. */
static int join_line(const struct store *store, const char *id, char *line)
{
	char own[80];
	snprintf(own, sizeof(own), "/skiff-%s/%s", store->id, id);
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	/* Hierarchies that nobody of us uses are where everything is: at their roots. */
	if (!path || !strstr(path, own))
		return 0;
	*path++ = '\0';
	if (controllers[1] != '\0')
		return join_version1(controllers + 1, path);
	return cgroup_enter(path);
}

int cgroup_join(const struct store *store, const char *id, pid_t init)
{
	char path[64], content[4096] = { 0 };
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)init);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read_full(fd, content, sizeof(content) - 1) < 0)
		return -1;
	char *rest = content;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (join_line(store, id, line) < 0)
			return -1;
	return 0;
}

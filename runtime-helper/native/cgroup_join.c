#include "cgroup_join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "io.h"

static int open_procs(const char *hierarchy, const char *path)
{
	char file[512];
	int length = snprintf(file, sizeof(file), "/sys/fs/cgroup/%s%s/cgroup.procs", hierarchy, path);
	if (length >= (int)sizeof(file)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(file, O_WRONLY | O_CLOEXEC);
}

/* A hierarchy of version 1 is mounted under its controllers' names, or one of them; a named one under its name. */
static int open_version1(char *controllers, const char *path)
{
	const char *named = strncmp(controllers, "name=", 5) == 0 ? controllers + 5 : controllers;
	int fd = open_procs(named, path);
	char *comma = strchr(controllers, ',');
	if (fd >= 0 || errno != ENOENT || !comma)
		return fd;
	*comma = '\0';
	return open_procs(controllers, path);
}

/* One line of /proc/PID/cgroup: number, controllers, path. */
static int open_line(const struct store *store, const char *id, char *line, struct cgroup_doors *doors)
{
	char own[80];
	snprintf(own, sizeof(own), "/skiff-%s/%s", store->id, id);
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	/* Hierarchies that nobody of us uses are where everything is: at their roots. */
	if (!path || !strstr(path, own))
		return 0;
	*path++ = '\0';
	if (controllers[1] == '\0')
		return doors->version2 = cgroup_open(path);
	if (doors->count == MOST_HIERARCHIES) {
		errno = E2BIG;
		return -1;
	}
	int procs = open_version1(controllers + 1, path);
	if (procs >= 0)
		doors->procs[doors->count++] = procs;
	return procs;
}

int cgroup_doors_open(const struct store *store, const char *id, pid_t init, struct cgroup_doors *doors)
{
	char path[64];
	*doors = (struct cgroup_doors){ .version2 = -1 };
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)init);
	CLEANUP_FREE char *content = read_whole(path);
	if (!content)
		return -1;
	char *rest = content;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (open_line(store, id, line, doors) < 0) {
			cgroup_doors_close(doors);
			return -1;
		}
	return 0;
}

void cgroup_doors_close(struct cgroup_doors *doors)
{
	const int saved = errno;
	close_and_forget(&doors->version2);
	while (doors->count > 0)
		close(doors->procs[--doors->count]);
	errno = saved;
}

/* "0": the writer itself (cgroups(7)). */
int cgroup_doors_enter(const struct cgroup_doors *doors, bool version2)
{
	if (version2 && doors->version2 >= 0 && write_existing(doors->version2, "cgroup.procs", "0") < 0)
		return -1;
	for (size_t i = 0; i < doors->count; i++)
		if (write(doors->procs[i], "0", 1) != 1)
			return -1;
	return 0;
}

#include "cgroup_join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "io.h"

static int open_group(const char *hierarchy, const char *path)
{
	char group[512];
	int length = snprintf(group, sizeof(group), "/sys/fs/cgroup/%s%s", hierarchy, path);
	if (length >= (int)sizeof(group)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A hierarchy of version 1 is mounted under its controllers' names, or one of them; a named one under its name. */
static int open_version1(char *controllers, const char *path)
{
	const char *named = strncmp(controllers, "name=", 5) == 0 ? controllers + 5 : controllers;
	int fd = open_group(named, path);
	char *comma = strchr(controllers, ',');
	if (fd >= 0 || errno != ENOENT || !comma)
		return fd;
	*comma = '\0';
	return open_group(controllers, path);
}

/* A line of /proc/PID/cgroup, in pieces: number, controllers, path. */
struct membership {
	char *controllers; /* empty: version 2 */
	char *path;
	char *below; /* where the path leaves the container's group; NULL: it is not in that */
};

/* False: it is no such line. */
static bool read_line(const struct store *store, const char *id, char *line, struct membership *membership)
{
	char own[80];
	const int length = snprintf(own, sizeof(own), "/skiff-%s/%s", store->id, id);
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!path)
		return false;
	*path++ = '\0';
	char *group = strstr(path, own);
	*membership = (struct membership){ controllers + 1, path, group ? group + length : NULL };
	if (group && *membership->below != '/' && *membership->below != '\0')
		membership->below = NULL;
	return true;
}

static int open_membership(const struct membership *membership)
{
	return *membership->controllers ? open_version1(membership->controllers, membership->path) : cgroup_open(membership->path);
}

static int open_line(const struct store *store, const char *id, char *line, struct cgroup_doors *doors)
{
	struct membership membership;
	/* Hierarchies that nobody of us uses are where everything is: at their roots. */
	if (!read_line(store, id, line, &membership) || !membership.below)
		return 0;
	if (!*membership.controllers)
		return doors->version2 = open_membership(&membership);
	if (doors->count == MOST_HIERARCHIES) {
		errno = E2BIG;
		return -1;
	}
	CLEANUP_CLOSE int group = open_membership(&membership);
	int procs = group < 0 ? -1 : openat(group, "cgroup.procs", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (procs >= 0)
		doors->procs[doors->count++] = procs;
	return procs;
}

/* Whoever was given a part of a hierarchy makes groups of any name in it, but none that is root's. */
static bool is_roots_group(const struct membership *membership)
{
	struct stat status;
	*membership->below = '\0';
	CLEANUP_CLOSE int group = open_membership(membership);
	return group >= 0 && fstat(group, &status) == 0 && status.st_uid == 0;
}

bool cgroup_has_process(const struct store *store, const char *id, pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	CLEANUP_FREE char *content = read_whole(path);
	bool found = false, claimed = false;
	char *rest = content;
	for (char *line; !found && (line = strsep(&rest, "\n"));) {
		struct membership membership;
		if (!read_line(store, id, line, &membership) || !membership.below)
			continue;
		claimed = true;
		found = is_roots_group(&membership);
	}
	/* Without a hierarchy of version 2 there may be none that has a group for each container. */
	return found || (content && !claimed && store->cgroup_fd < 0);
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

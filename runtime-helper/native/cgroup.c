#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroup1.h"
#include "device_program.h"
#include "io.h"
#include "resources.h"

static int open_hierarchy(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		struct statfs status;
		if (fd >= 0 && fstatfs(fd, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

static void store_name(const char *store_id, char name[16])
{
	snprintf(name, 16, "skiff-%s", store_id);
}

int cgroup_open_store(const char *store_id)
{
	char name[16];
	CLEANUP_CLOSE int hierarchy = open_hierarchy();
	if (hierarchy < 0)
		return -1;
	store_name(store_id, name);
	resources_delegate(hierarchy);
	if (mkdirat(hierarchy, name, 0755) < 0 && errno != EEXIST)
		return -1;
	int group = openat(hierarchy, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (group >= 0)
		resources_delegate(group);
	return group;
}

int cgroup_store_path(const struct store *store, char *path, size_t size)
{
	const char *parent = store->cgroup_parent;
	int length = snprintf(path, size, "%s%sskiff-%s", parent ? parent : "", parent ? "/" : "", store->id);
	if (length < (int)size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* Names only: nothing above a hierarchy is meant. */
static bool is_below(const char *path)
{
	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		const size_t length = strcspn(path, "/");
		if (path[0] == '.' && (length == 1 || (length == 2 && path[1] == '.')))
			return false;
		path += length;
	}
	return true;
}

int cgroup_use_parent(struct store *store, const char *parent)
{
	char path[CGROUP_PATH];
	if (!is_below(parent)) {
		errno = EINVAL;
		return -1;
	}
	store->cgroup_parent = parent + strspn(parent, "/");
	if (cgroup_store_path(store, path, sizeof(path)) < 0)
		return -1;
	if (store->cgroup_fd < 0)
		return 0;
	store->cgroup_fd = cgroup_open_path(path);
	if (store->cgroup_fd >= 0)
		resources_delegate(store->cgroup_fd);
	return store->cgroup_fd < 0 ? -1 : 0;
}

int cgroup_open(const char *path)
{
	CLEANUP_CLOSE int hierarchy = open_hierarchy();
	return hierarchy < 0 ? -1 : open_beneath(hierarchy, path + strspn(path, "/"), O_RDONLY | O_DIRECTORY, 0);
}

int cgroup_enter(const char *path)
{
	CLEANUP_CLOSE int group = cgroup_open(path);
	return group < 0 ? -1 : write_existing(group, "cgroup.procs", "0");
}

int cgroup_open_path(const char *path)
{
	int group = open_hierarchy();
	while (group >= 0 && *(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/");
		char name[256];
		snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : 0), path);
		CLEANUP_CLOSE int parent = group;
		resources_delegate(parent);
		group = is_component(name) && (mkdirat(parent, name, 0755) == 0 || errno == EEXIST) ?
				openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) :
				-1;
		path += length;
	}
	return group;
}

void cgroup_refresh_store(struct store *store)
{
	if (store->cgroup_fd < 0 || faccessat(store->cgroup_fd, "cgroup.procs", F_OK, 0) == 0)
		return;
	int fd = cgroup_open_store(store->id);
	if (fd < 0)
		return;
	close(store->cgroup_fd);
	store->cgroup_fd = fd;
}

void cgroup_remove_store(const char *store_id)
{
	char name[16];
	CLEANUP_CLOSE int hierarchy = open_hierarchy();
	store_name(store_id, name);
	if (hierarchy >= 0)
		unlinkat(hierarchy, name, AT_REMOVEDIR);
	cgroup1_remove_store(store_id);
}

int cgroup_make(const struct store *store, const struct spec *spec, struct failure *failure)
{
	/* Left by a monitor that was killed. */
	if (mkdirat(store->cgroup_fd, spec->id, 0755) < 0 && errno != EEXIST)
		return fail(failure, STAGE_CGROUP, spec->id);
	CLEANUP_CLOSE int cgroup = openat(store->cgroup_fd, spec->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cgroup < 0 || device_program_attach(cgroup, spec) < 0) {
		fail(failure, STAGE_CGROUP, "device rules");
		unlinkat(store->cgroup_fd, spec->id, AT_REMOVEDIR);
		return -1;
	}
	return take_fd(&cgroup);
}

static void end_group(const struct store *store, const char *id)
{
	/* The common case: PID 1's end has taken all others along. */
	if (unlinkat(store->cgroup_fd, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	CLEANUP_CLOSE int cgroup = openat(store->cgroup_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cgroup < 0)
		return;
	write_existing(cgroup, "cgroup.kill", "1");
	/* Killed is not yet gone: some milliseconds at most. */
	for (int attempt = 0; attempt < 200; attempt++) {
		if (unlinkat(store->cgroup_fd, id, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
	}
}

/* The store's group below a container's own parent is there for its containers alone. */
static void leave_parent(const struct store *store)
{
	char path[CGROUP_PATH];
	CLEANUP_CLOSE int hierarchy = store->cgroup_parent ? open_hierarchy() : -1;
	if (hierarchy >= 0 && cgroup_store_path(store, path, sizeof(path)) == 0)
		unlinkat(hierarchy, path, AT_REMOVEDIR);
}

void cgroup_end(const struct store *store, const char *id)
{
	cgroup1_end(store, id);
	if (store->cgroup_fd < 0)
		return;
	end_group(store, id);
	leave_parent(store);
}

bool cgroup_had_oom(const struct store *store, const char *id)
{
	char path[96], text[256] = { 0 };
	unsigned long count = 0;
	snprintf(path, sizeof(path), "%s/memory.events", id);
	CLEANUP_CLOSE int fd = store->cgroup_fd < 0 ? -1 : openat(store->cgroup_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read_full(fd, text, sizeof(text) - 1) < 0)
		return cgroup1_had_oom(store, id);
	const char *line = strstr(text, "oom_kill ");
	return line && sscanf(line, "oom_kill %lu", &count) == 1 && count > 0;
}

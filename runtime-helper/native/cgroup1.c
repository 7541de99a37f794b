#include "cgroup1.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "io.h"

static const char *const controllers[] = { "memory", "cpu", "cpuset", "pids", "blkio", "devices", "freezer",
				    /* For bundles and other runtimes, whose groups are everywhere. */
				    "cpuacct", "net_cls", "net_prio", "hugetlb", "perf_event", "rdma", "misc", "systemd" };
#define OWN_CONTROLLERS 7

/* /sys/fs/cgroup/CONTROLLER, which is a link where controllers are mounted together. */
static int open_hierarchy(const char *controller)
{
	char path[64];
	struct statfs status;
	if (!is_component(controller) || snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", controller) >= (int)sizeof(path)) {
		errno = EINVAL;
		return -1;
	}
	CLEANUP_CLOSE int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &status) < 0)
		return -1;
	if (status.f_type != CGROUP_SUPER_MAGIC) {
		errno = ENOENT;
		return -1;
	}
	return take_fd(&fd);
}

/* A new group has no CPUs and no memory nodes, and takes no process before it has: cpusets.rst. */
static int inherit_cpuset(int parent, int group)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		char text[1024] = { 0 };
		CLEANUP_CLOSE int own = openat(group, files[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		CLEANUP_CLOSE int above = openat(parent, files[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (own < 0 || above < 0 || read_full(own, text, sizeof(text) - 1) < 0)
			return -1;
		if (text[0] != '\0' && text[0] != '\n')
			continue;
		if (read_full(above, text, sizeof(text) - 1) < 0 || write_existing(group, files[i], text) < 0)
			return -1;
	}
	return 0;
}

static int open_group(int parent, const char *controller, const char *name)
{
	if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return -1;
	CLEANUP_CLOSE int group = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (group >= 0 && strcmp(controller, "cpuset") == 0 && inherit_cpuset(parent, group) < 0)
		return -1;
	return take_fd(&group);
}

static int bad_path(void)
{
	errno = EINVAL;
	return -1;
}

/* The group at a path, with all above it. */
static int open_path(const char *path, const char *controller)
{
	int group = open_hierarchy(controller);
	while (group >= 0 && *(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/");
		char name[256];
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		CLEANUP_CLOSE int parent = group;
		group = length < sizeof(name) && is_component(name) ? open_group(parent, controller, name) : bad_path();
		path += length;
	}
	return group;
}

int cgroup1_make_all(const struct store *store, pid_t pid)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", (int)pid);
	for (size_t i = 0; i < ARRAY_LENGTH(controllers); i++) {
		CLEANUP_CLOSE int group = open_path(store->cgroup_path, controllers[i]);
		/* Where there is no such hierarchy, or only a part of it is ours to see. */
		if (group < 0 && (errno == ENOENT || errno == EROFS))
			continue;
		if (group < 0 || (pid > 0 && write_existing(group, "cgroup.procs", text) < 0))
			return -1;
	}
	return 0;
}

int cgroup1_open(const struct store *store, const char *id, const char *controller)
{
	if (store->cgroup_path)
		return open_path(store->cgroup_path, controller);
	char path[CGROUP_PATH], folder[CGROUP_PATH - 80];
	if (cgroup_store_path(store, folder, sizeof(folder)) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder, id);
	return open_path(path, controller);
}

/* The store's group of a controller, when there is one. */
static int open_store(const struct store *store, const char *controller)
{
	char path[CGROUP_PATH];
	CLEANUP_CLOSE int hierarchy = open_hierarchy(controller);
	if (hierarchy < 0 || cgroup_store_path(store, path, sizeof(path)) < 0)
		return -1;
	return openat(hierarchy, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int cgroup1_open_existing(const struct store *store, const char *id, const char *controller)
{
	CLEANUP_CLOSE int parent = open_store(store, controller);
	return parent < 0 ? -1 : openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int cgroup1_join(const struct store *store, const char *id)
{
	for (size_t i = 0; i < OWN_CONTROLLERS; i++) {
		CLEANUP_CLOSE int group = cgroup1_open_existing(store, id, controllers[i]);
		if (group >= 0 && write_existing(group, "cgroup.procs", "0") < 0)
			return -1;
	}
	return 0;
}

/* The list of all the container's processes: where there is no cgroup2 hierarchy, each has a group for devices. */
static int open_processes(const struct store *store, const char *id)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/cgroup.procs", id);
	if (store->cgroup_fd >= 0)
		return openat(store->cgroup_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_CLOSE int group = cgroup1_open_existing(store, id, "devices");
	return group < 0 ? -1 : openat(group, "cgroup.procs", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* -1 when one of them can't be moved. Who has ended need not be. */
static int move_processes(const struct store *store, const char *id, int group)
{
	char pid[24];
	CLEANUP_CLOSE int fd = open_processes(store, id);
	FILE *list = fd < 0 ? NULL : fdopen(fd, "re");
	if (!list)
		return -1;
	take_fd(&fd);
	int result = 0;
	while (result == 0 && fgets(pid, sizeof(pid), list))
		if (write_existing(group, "cgroup.procs", pid) < 0 && errno != ESRCH)
			result = -1;
	fclose(list);
	return result;
}

int cgroup1_adopt(const struct store *store, const char *id)
{
	for (size_t i = 0; i < OWN_CONTROLLERS; i++) {
		CLEANUP_CLOSE int group = cgroup1_open_existing(store, id, controllers[i]);
		/* Twice: children of those that come first may have been made meanwhile. */
		if (group >= 0 && (move_processes(store, id, group) < 0 || move_processes(store, id, group) < 0))
			return -1;
	}
	return 0;
}

static int write_device_rule(int group, const struct device_rule *rule)
{
	char text[64], major[24] = "*", minor[24] = "*";
	if (rule->major >= 0)
		snprintf(major, sizeof(major), "%ld", rule->major);
	if (rule->minor >= 0)
		snprintf(minor, sizeof(minor), "%ld", rule->minor);
	if (rule->type == 'a')
		snprintf(text, sizeof(text), "a");
	else
		snprintf(text, sizeof(text), "%c %s:%s %s%s%s", rule->type, major, minor, rule->access & BPF_DEVCG_ACC_READ ? "r" : "",
			 rule->access & BPF_DEVCG_ACC_WRITE ? "w" : "", rule->access & BPF_DEVCG_ACC_MKNOD ? "m" : "");
	return write_existing(group, rule->allow ? "devices.allow" : "devices.deny", text);
}

int cgroup1_allow_devices(const struct store *store, const struct spec *spec)
{
	CLEANUP_CLOSE int group = cgroup1_open(store, spec->id, "devices");
	if (group < 0)
		return -1;
	for (size_t i = 0; i < spec->device_rules.count; i++)
		if (write_device_rule(group, &spec->device_rules.items[i]) < 0)
			return -1;
	return 0;
}

bool cgroup1_had_oom(const struct store *store, const char *id)
{
	char text[256] = { 0 };
	unsigned long count = 0;
	CLEANUP_CLOSE int group = cgroup1_open_existing(store, id, "memory");
	CLEANUP_CLOSE int fd = group < 0 ? -1 : openat(group, "memory.oom_control", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read_full(fd, text, sizeof(text) - 1) < 0)
		return false;
	/* Since Linux 4.13; "oom_kill_disable" comes before it. */
	const char *line = strstr(text, "\noom_kill ");
	return line && sscanf(line, "\noom_kill %lu", &count) == 1 && count > 0;
}

/* Each of them, until none is left: a process that forks is frozen by nobody here. One that is frozen gets nothing before it is not. */
static void kill_all(int group)
{
	char text[8192] = { 0 };
	write_existing(group, "freezer.state", "THAWED");
	CLEANUP_CLOSE int fd = openat(group, "cgroup.procs", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read_full(fd, text, sizeof(text) - 1) < 0)
		return;
	for (char *at = text, *end; *at; at = end + (*end == '\n')) {
		long pid = strtol(at, &end, 10);
		/* The last one may be cut, and then is the number of somebody else's. */
		if (pid <= 1 || end == at || *end != '\n')
			return;
		kill((pid_t)pid, SIGKILL);
	}
}

static void end_group(int parent, const char *id)
{
	for (int attempt = 0; attempt < 200; attempt++) {
		if (unlinkat(parent, id, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		CLEANUP_CLOSE int group = openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (group >= 0)
			kill_all(group);
		nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
	}
}

void cgroup1_end(const struct store *store, const char *id)
{
	char path[CGROUP_PATH];
	for (size_t i = 0; i < ARRAY_LENGTH(controllers); i++) {
		CLEANUP_CLOSE int parent = open_store(store, controllers[i]);
		if (parent < 0)
			continue;
		end_group(parent, id);
		CLEANUP_CLOSE int hierarchy = store->cgroup_parent ? open_hierarchy(controllers[i]) : -1;
		if (hierarchy >= 0 && cgroup_store_path(store, path, sizeof(path)) == 0)
			unlinkat(hierarchy, path, AT_REMOVEDIR);
	}
}

void cgroup1_remove_store(const char *store_id)
{
	char name[16];
	snprintf(name, sizeof(name), "skiff-%s", store_id);
	for (size_t i = 0; i < ARRAY_LENGTH(controllers); i++) {
		CLEANUP_CLOSE int hierarchy = open_hierarchy(controllers[i]);
		if (hierarchy >= 0)
			unlinkat(hierarchy, name, AT_REMOVEDIR);
	}
}

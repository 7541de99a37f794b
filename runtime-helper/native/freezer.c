/* Pausing: all processes of a container's cgroup stand still (cgroup-v2.rst, "cgroup.freeze"). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "io.h"

/* A process in the middle of a system call that can't be interrupted is not frozen before that ends. */
#define PATIENCE_MS 2000

/* 1 or 0 as cgroup.events says; -1: it can't be read. */
static int is_frozen(int events)
{
	char text[128] = { 0 };
	if (pread(events, text, sizeof(text) - 1, 0) <= 0)
		return -1;
	return strstr(text, "frozen 1") != NULL;
}

/* The kernel says that the file has changed as POLLPRI. */
static int await(int events, bool frozen)
{
	struct pollfd polled = { .fd = events, .events = POLLPRI };
	for (;;) {
		int now = is_frozen(events);
		if (now < 0 || now == (int)frozen)
			return now < 0 ? -1 : 0;
		int count = poll(&polled, 1, PATIENCE_MS);
		if (count == 0) {
			errno = EBUSY;
			return -1;
		}
		if (count < 0 && errno != EINTR)
			return -1;
	}
}

int cgroup_freeze(const struct store *store, const char *id, bool frozen)
{
	if (store->cgroup_fd < 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	CLEANUP_CLOSE int cgroup = openat(store->cgroup_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_CLOSE int events = cgroup < 0 ? -1 : openat(cgroup, "cgroup.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (events < 0 || write_existing(cgroup, "cgroup.freeze", frozen ? "1" : "0") < 0)
		return -1;
	if (await(events, frozen) == 0)
		return 0;
	int saved = errno;
	if (frozen)
		write_existing(cgroup, "cgroup.freeze", "0");
	errno = saved;
	return -1;
}

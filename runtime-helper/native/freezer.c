/* Pausing: all processes of a container's cgroup stand still (cgroup-v2.rst, "cgroup.freeze"; freezer-subsystem.rst). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup1.h"
#include "io.h"

/* A process in the middle of a system call that can't be interrupted is not frozen before that ends. */
#define PATIENCE_MS 2000
#define STEP_MS 5

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

static int set_unified(int cgroup, bool frozen)
{
	CLEANUP_CLOSE int events = openat(cgroup, "cgroup.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (events < 0 || write_existing(cgroup, "cgroup.freeze", frozen ? "1" : "0") < 0)
		return -1;
	return await(events, frozen);
}

/* FREEZING becomes FROZEN without a word of the kernel's: it is asked, and written again, since a process that was forked meanwhile
 * may have been missed. */
static int set_legacy(int group, bool frozen)
{
	const char *wanted = frozen ? "FROZEN" : "THAWED";
	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		char text[16] = { 0 };
		CLEANUP_CLOSE int state = openat(group, "freezer.state", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (write_existing(group, "freezer.state", wanted) < 0 || state < 0 || read_full(state, text, sizeof(text) - 1) < 0)
			return -1;
		if (strncmp(text, wanted, strlen(wanted)) == 0)
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000 * 1000 }, NULL);
	}
	errno = EBUSY;
	return -1;
}

static int set_frozen(const struct store *store, const char *id, bool frozen)
{
	CLEANUP_CLOSE int cgroup = store->cgroup_fd < 0 ?
					   -1 :
					   openat(store->cgroup_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cgroup >= 0)
		return set_unified(cgroup, frozen);
	CLEANUP_CLOSE int group = cgroup1_open_existing(store, id, "freezer");
	if (group >= 0)
		return set_legacy(group, frozen);
	errno = EOPNOTSUPP;
	return -1;
}

int cgroup_freeze(const struct store *store, const char *id, bool frozen)
{
	if (set_frozen(store, id, frozen) == 0)
		return 0;
	int saved = errno;
	if (frozen)
		set_frozen(store, id, false);
	errno = saved;
	return -1;
}

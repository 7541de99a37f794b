#include "container_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

#define LOCK_PATIENCE_MS 2000

static int open_run_directory(const struct store *store, int containers_fd, const char *id)
{
	const bool made = mkdirat(containers_fd, id, 0700) == 0;
	if (!made && errno != EEXIST)
		return -1;
	/* By descriptor: where the user may rename, the name could be another file's by now, which is not to become his. */
	CLEANUP_CLOSE int fd = open_beneath(containers_fd, id, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 || (made && store->owner_uid != 0 && fchown(fd, store->owner_uid, store->owner_gid) < 0))
		return -1;
	return take_fd(&fd);
}

/* True when the descriptor is still what the name leads to: a monitor at its end removes the file that it has locked. */
static bool is_current(int directory_fd, const char *name, int fd)
{
	struct stat named, held;
	return fstatat(directory_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &held) == 0 &&
	       named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

/* The lock; -1 with EWOULDBLOCK when somebody else has it, or is just taking its file away. */
static int try_lock(const struct store *store, int containers_fd, const char *id, int *run_fd)
{
	CLEANUP_CLOSE int run = open_run_directory(store, containers_fd, id);
	CLEANUP_CLOSE int lock = run < 0 ? -1 : open_beneath(run, "lock", O_RDWR | O_CREAT, 0644);
	if (lock < 0) {
		if (errno == ENOENT)
			errno = EWOULDBLOCK;
		return -1;
	}
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return -1;
	if (!is_current(run, "lock", lock) || !is_current(containers_fd, id, run)) {
		errno = EWOULDBLOCK;
		return -1;
	}
	*run_fd = take_fd(&run);
	return take_fd(&lock);
}

/* Taken by the monitor itself, so that /proc/locks shows its pid. */
int container_lock(const struct store *store, int run_containers_fd, const char *id, int *run_fd, struct failure *failure)
{
	for (int waited = 0; waited <= LOCK_PATIENCE_MS; waited += 5) {
		int lock = try_lock(store, run_containers_fd, id, run_fd);
		if (lock >= 0)
			return lock;
		if (errno != EWOULDBLOCK)
			return fail(failure, STAGE_LOCK, id);
		nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
	}
	return fail_with(failure, STAGE_LOCK, EWOULDBLOCK, id);
}

#include "tree_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "rootfs.h"
#include "tree_paths.h"

#define MAX_WATCHES 512
#define MASK                                                                                                        \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
/* A container that writes without end is told of so often; the kernel keeps what is equal and drops what is too much. */
#define PAUSE_NS (50 * 1000 * 1000)

/* Two paths may lead to one directory, of which the kernel makes one watch. */
struct watched {
	long long key;
	int descriptor;
};

struct tree_watch {
	int fd;
	size_t count;
	struct watched directories[MAX_WATCHES];
};

static struct tree_watch *open_watch(void)
{
	struct tree_watch *watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0) {
		free(watch);
		return NULL;
	}
	return watch;
}

void watch_free(struct tree_watch *watch)
{
	if (!watch)
		return;
	close(watch->fd);
	free(watch);
}

int watch_fd(const struct tree_watch *watch)
{
	return watch ? watch->fd : -1;
}

/* watch KEY PATH */
int tree_watch(struct tree_files *files, const char *const *words, struct failure *failure)
{
	long long key;
	char self[32];
	if (tree_number(words[1], &key, failure) < 0)
		return -1;
	if (!files->watch && !(files->watch = open_watch()))
		return tree_fail(failure, words[2]);
	struct tree_watch *watch = files->watch;
	if (watch->count == MAX_WATCHES)
		return fail_with(failure, STAGE_TREE, ENOSPC, words[2]);
	/* Resolved inside the root first; the kernel is given what was found, and not a path once more. */
	CLEANUP_CLOSE int directory = rootfs_open(files->root_fd, *words[2] ? words[2] : "/", O_RDONLY | O_DIRECTORY);
	if (directory < 0)
		return tree_fail(failure, words[2]);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", directory);
	int descriptor = inotify_add_watch(watch->fd, self, MASK);
	if (descriptor < 0)
		return tree_fail(failure, words[2]);
	watch->directories[watch->count++] = (struct watched){ key, descriptor };
	return 0;
}

static bool is_watched(const struct tree_watch *watch, int descriptor)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->directories[i].descriptor == descriptor)
			return true;
	return false;
}

/* unwatch KEY */
int tree_unwatch(struct tree_files *files, const char *const *words, struct failure *failure)
{
	long long key;
	struct tree_watch *watch = files->watch;
	if (tree_number(words[1], &key, failure) < 0)
		return -1;
	for (size_t i = 0; watch && i < watch->count; i++) {
		struct watched *entry = &watch->directories[i];
		if (entry->key != key)
			continue;
		int descriptor = entry->descriptor;
		*entry = watch->directories[--watch->count];
		/* One that is gone has been taken away by the kernel already. */
		if (!is_watched(watch, descriptor))
			inotify_rm_watch(watch->fd, descriptor);
		return 0;
	}
	return fail_with(failure, STAGE_TREE, ENOENT, words[1]);
}

static const char *kind_of(uint32_t mask)
{
	if (mask & (IN_CREATE | IN_MOVED_TO))
		return "created";
	return mask & (IN_DELETE | IN_MOVED_FROM) ? "deleted" : "changed";
}

/* event KEY KIND NAME; without a name it is the directory itself that is no longer what it was, or of which not all could be told. */
static void send_event(struct tree_output *output, const struct watched *entry, const char *kind, const char *name)
{
	output_begin(output);
	output_text(output, "event");
	output_number(output, entry->key, 10);
	output_text(output, kind);
	output_text(output, name);
	output_end(output);
}

static void pass_on(const struct tree_watch *watch, struct tree_output *output, const struct inotify_event *event)
{
	if (event->mask & IN_IGNORED)
		return;
	for (size_t i = 0; i < watch->count; i++) {
		const struct watched *entry = &watch->directories[i];
		if (event->mask & IN_Q_OVERFLOW)
			send_event(output, entry, "changed", "");
		else if (entry->descriptor == event->wd)
			send_event(output, entry, kind_of(event->mask), event->len > 0 ? event->name : "");
	}
}

int watch_send(struct tree_watch *watch, struct tree_output *output)
{
	char buffer[16 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t count = read(watch->fd, buffer, sizeof(buffer));
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (ssize_t at = 0; at < count;) {
		const struct inotify_event *event = (const void *)(buffer + at);
		pass_on(watch, output, event);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	if (output_flush(output) < 0)
		return -1;
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	nanosleep(&pause, NULL);
	return 0;
}

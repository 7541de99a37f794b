#include "records.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "claims.h"
#include "io.h"
#include "run_files.h"
#include "tree_remove.h"
#include "volume.h"

#define JOURNAL "events/0.log"
#define MAX_EVENT 4096
/* Keep in step with runtime-helper/engine/journal.ts. */
#define MAX_JOURNAL (1024 * 1024)

static void write_state(const struct container *container, const char *text)
{
	const struct store *store = container->store;
	/* Helpers that look at it before the rename see the old line; a full disk leaves them the lock. */
	if (write_atomic(container->state_fd, container->spec.id, text, 0644, store->owner_uid, store->owner_gid) < 0)
		return;
}

/* When this process was started, in clock ticks since boot: with the pid a name that no other process ever has (proc_pid_stat(5), field 22). */
static unsigned long long own_birth(void)
{
	char text[512];
	unsigned long long birth = 0;
	CLEANUP_CLOSE int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read_full(fd, text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	/* The name in parentheses, field 2, could have spaces. */
	const char *at = strrchr(text, ')');
	for (int field = 3; at && field <= 22; field++)
		if ((at = strchr(at, ' ')))
			at++;
	if (at)
		birth = strtoull(at, NULL, 10);
	return birth;
}

void record_state(const struct container *container, const char *status)
{
	char line[192];
	const struct health *health = &container->health;
	snprintf(line, sizeof(line), "%s %d %d %s %u %llu%s%s\n", status, (int)container->session.pid, (int)getpid(),
		 container->started.text, container->restart.count, own_birth(), health->container ? " " : "",
		 health->container ? health_word(health->status) : "");
	write_state(container, line);
}

/* As helpers do: where health checks alone write, there may be none for long. */
static void put_journal_aside(const struct store *store)
{
	struct stat status;
	CLEANUP_CLOSE int events = open_beneath(store->root_fd, "events", O_RDONLY | O_DIRECTORY, 0);
	if (events >= 0 && fstatat(events, "0.log", &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_size > MAX_JOURNAL)
		renameat(events, "0.log", events, "1.log");
}

/* The file is the user's: a link to another one, or a device, is not written to. */
static int open_journal(const struct store *store)
{
	put_journal_aside(store);
	struct stat status;
	CLEANUP_CLOSE int fd = open_beneath(store->root_fd, JOURNAL, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0644);
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1)
		return -1;
	if (store->owner_uid != 0 && status.st_uid != store->owner_uid && fchown(fd, store->owner_uid, store->owner_gid) < 0)
		return -1;
	return take_fd(&fd);
}

void record_event_of(const struct store *store, struct spec *spec, int run_fd, const char *action, const char *detail)
{
	char line[MAX_EVENT];
	run_files_take_attributes(spec, run_fd);
	const char *attributes = spec->event_attributes ? spec->event_attributes : "";
	int length = snprintf(line, sizeof(line), "{\"time\":\"%s\",\"type\":\"container\",\"action\":\"%s\",\"id\":\"%s\",\"attributes\":{%s%s}}\n",
			      format_now(9).text, action, spec->id, detail, attributes);
	CLEANUP_CLOSE int fd = open_journal(store);
	/* One write(2) with O_APPEND: lines of several writers do not mix. */
	if (fd < 0 || length >= (int)sizeof(line) || write_full(fd, line, (size_t)length) < 0)
		return;
}

void record_event(struct container *container, const char *action, const char *detail)
{
	record_event_of(container->store, &container->spec, container->run_fd, action, detail);
}

/* A path in a failure may have any byte: what JSON would want escaped is left out. */
static void plain_text(const char *text, char *result, size_t size)
{
	size_t length = 0;
	for (; *text && length + 1 < size; text++)
		if ((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f && *text != '"' && *text != '\\')
			result[length++] = *text;
	result[length] = '\0';
}

void record_exit(const struct container *container, const struct ending *ending)
{
	const struct store *store = container->store;
	char text[768], object[256], error[320] = "";
	if (ending->failure) {
		plain_text(ending->failure->object, object, sizeof(object));
		snprintf(error, sizeof(error), ",\"error\":\"%s %d %s\"", ending->failure->stage, ending->failure->error, object);
	}
	snprintf(text, sizeof(text),
		 "{\"exitCode\":%d,\"signal\":%d,\"oomKilled\":%s,\"startedAt\":\"%s\",\"finishedAt\":\"%s\",\"restartCount\":%u,\"stopped\":%s%s}\n",
		 ending->exit_code, ending->signal, ending->oom_killed ? "true" : "false", container->started.text,
		 ending->finished.text, container->restart.count, container->stopped ? "true" : "false", error);
	if (write_atomic(container->container_fd, "exit.json", text, 0644, store->owner_uid, store->owner_gid) < 0)
		return;
}

static void give_up_lock(const struct container *container)
{
	tree_remove(container->run_containers_fd, container->spec.id);
	close(container->lock_fd);
}

/* Gone for everybody at once: what is no id is no container, and the claims of a container that is gone are free. */
static void retire(struct container *container)
{
	const char *id = container->spec.id;
	char *hidden = container->hidden;
	snprintf(hidden, sizeof(container->hidden), REMOVED_PREFIX "%s", id);
	if (renameat(container->containers_fd, id, container->containers_fd, hidden) < 0)
		snprintf(hidden, sizeof(container->hidden), "%s", id);
	for (size_t i = 0; i < container->spec.exit_volumes.count; i++)
		volume_drop(container->store, container->spec.exit_volumes.items[i]);
	unlinkat(container->state_fd, id, 0);
	record_event(container, "destroy", "");
}

void record_end(struct container *container, const struct ending *ending)
{
	if (container->spec.auto_remove) {
		retire(container);
		return;
	}
	record_exit(container, ending);
	claims_release(container);
	cgroup_end(container->store, container->spec.id);
	write_state(container, "exited\n");
	give_up_lock(container);
}

void record_sweep(struct container *container)
{
	if (!container->spec.auto_remove)
		return;
	claims_release(container);
	cgroup_end(container->store, container->spec.id);
	give_up_lock(container);
	tree_remove(container->containers_fd, container->hidden);
}

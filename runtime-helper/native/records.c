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
#include "journal.h"
#include "run_files.h"
#include "temporary_name.h"
#include "tree_remove.h"
#include "volume.h"

static void write_state(const struct container *container, const char *text)
{
	const struct store *store = container->store;
	/* Helpers that look at it before the rename see the old line; a full disk leaves them the lock. */
	if (write_atomic(container->state_fd, container->spec.id, text, 0644, store->owner_uid, store->owner_gid) < 0)
		return;
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

void record_event_of(const struct store *store, struct spec *spec, int run_fd, const char *action, const char *detail)
{
	struct journal journal = { .store = store };
	run_files_read_attributes(spec, run_fd);
	journal_add(&journal, "container", action, spec->id, detail, spec->event_attributes);
	journal_write(&journal);
}

void record_event(struct container *container, const char *action, const char *detail)
{
	struct journal journal = { .store = container->store };
	run_files_take_attributes(&container->spec, container->run_fd);
	journal_add(&journal, "container", action, container->spec.id, detail, container->spec.event_attributes);
	journal_write(&journal);
}

/* In Docker's order: first what it uses. */
void record_begin(struct container *container)
{
	struct journal journal = { .store = container->store };
	struct spec *spec = &container->spec;
	run_files_take_attributes(spec, container->run_fd);
	for (size_t i = 0; i < spec->uses.count; i++) {
		const struct use_spec *use = &spec->uses.items[i];
		journal_add(&journal, use->type, use->begin, use->id, "", use->begin_attributes);
	}
	journal_add(&journal, "container", "start", spec->id, "", spec->event_attributes);
	journal_write(&journal);
}

void record_die(struct container *container, const struct ending *ending)
{
	struct journal journal = { .store = container->store };
	struct spec *spec = &container->spec;
	char detail[96];
	run_files_take_attributes(spec, container->run_fd);
	run_files_take_uses(spec, container->run_fd);
	if (ending->oom_killed)
		journal_add(&journal, "container", "oom", spec->id, "", spec->event_attributes);
	snprintf(detail, sizeof(detail), "\"exitCode\":\"%d\",\"execDuration\":\"%llu\"", ending->exit_code,
		 (unsigned long long)(ending->ran_ms / 1000));
	journal_add(&journal, "container", "die", spec->id, detail, spec->event_attributes);
	for (size_t i = 0; i < spec->uses.count; i++) {
		const struct use_spec *use = &spec->uses.items[i];
		journal_add(&journal, use->type, use->end, use->id, "", use->end_attributes);
	}
	journal_write(&journal);
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
	struct journal journal = { .store = container->store };
	const char *id = container->spec.id;
	char *hidden = container->hidden;
	snprintf(hidden, sizeof(container->hidden), REMOVED_PREFIX "%s", id);
	if (renameat(container->containers_fd, id, container->containers_fd, hidden) < 0)
		snprintf(hidden, sizeof(container->hidden), "%s", id);
	for (size_t i = 0; i < container->spec.exit_volumes.count; i++) {
		const char *volume = container->spec.exit_volumes.items[i];
		if (volume_drop(container->store, volume) == 0)
			journal_add(&journal, "volume", "destroy", volume, "\"driver\":\"local\"", NULL);
	}
	unlinkat(container->state_fd, id, 0);
	run_files_take_attributes(&container->spec, container->run_fd);
	journal_add(&journal, "container", "destroy", id, "", container->spec.event_attributes);
	journal_write(&journal);
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

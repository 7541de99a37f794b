#include "resources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup1.h"
#include "io.h"
#include "join.h"

void resources_delegate(int group)
{
	/* One by one: a controller that is missing must not keep the others away (cgroup-v2.rst, "Enabling and Disabling"). */
	static const char *const controllers[] = { "+memory", "+cpu", "+pids", "+io", "+cpuset" };
	for (size_t i = 0; i < ARRAY_LENGTH(controllers); i++)
		write_existing(group, "cgroup.subtree_control", controllers[i]);
}

/* 1: written; 0: this group has no such file; -1: the kernel refuses the value. */
static int write_limit(int group, const char *file, const char *value)
{
	if (group < 0 || !*file)
		return 0;
	if (write_existing(group, file, value) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

/* `file` is the one that was tried last. */
static int apply_one(const struct store *store, const char *id, int group, const struct resource_spec *item, const char **file)
{
	*file = *item->file ? item->file : item->legacy_file;
	int result = write_limit(group, item->file, item->value);
	if (result != 0)
		return result;
	CLEANUP_CLOSE int legacy = *item->legacy_file ? cgroup1_open(store, id, item->controller) : -1;
	if (legacy >= 0)
		*file = item->legacy_file;
	return write_limit(legacy, item->legacy_file, item->legacy_value);
}

static void warn_of(const struct resource_spec *item, const char *file, resource_warning *warn, void *context)
{
	char text[160];
	snprintf(text, sizeof(text), "this machine has no cgroup controller %s with %s: that limit is not set", item->controller, file);
	warn(context, text);
}

int resources_apply(const struct store *store, const struct spec *spec, int group, resource_warning *warn, void *context,
		    struct failure *failure)
{
	const size_t count = spec->resources.count;
	CLEANUP_FREE bool *done = calloc(count + 1, sizeof(*done));
	if (!done)
		return fail(failure, STAGE_RESOURCE, "memory");
	/* Of two limits that bound each other one can't pass the other: which goes first depends on what was there. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < count; i++) {
			const struct resource_spec *item = &spec->resources.items[i];
			const char *file = item->file;
			int result = done[i] ? 1 : apply_one(store, spec->id, group, item, &file);
			if (result < 0 && (errno != EINVAL || round > 0))
				return fail(failure, STAGE_RESOURCE, file);
			done[i] = result >= 0;
			if (result == 0)
				warn_of(item, file, warn, context);
		}
	return 0;
}

struct limiting {
	uint32_t request;
	int reply_fd;
};

static void warn_helper(void *context, const char *text)
{
	const struct limiting *limiting = context;
	reply_warning(limiting->reply_fd, limiting->request, text);
}

static int limit(const struct store *store, const struct request *request, int reply_fd, struct failure *failure)
{
	struct store own = *store;
	struct spec spec;
	pid_t init;
	if (spec_parse_any(&spec, request, failure) < 0)
		return -1;
	CLEANUP_CLOSE int init_fd = join_open_init(store, spec.id, &init, failure);
	if (init_fd < 0)
		return -1;
	if (spec.cgroup_parent && cgroup_use_parent(&own, spec.cgroup_parent) < 0)
		return fail(failure, STAGE_CGROUP, spec.cgroup_parent);
	CLEANUP_CLOSE int group = own.cgroup_fd < 0 ? -1 : open_beneath(own.cgroup_fd, spec.id, O_RDONLY | O_DIRECTORY, 0);
	struct limiting limiting = { request->id, reply_fd };
	if (resources_apply(&own, &spec, group, warn_helper, &limiting, failure) < 0)
		return -1;
	return cgroup1_adopt(&own, spec.id) < 0 ? fail(failure, STAGE_CGROUP, spec.id) : 0;
}

int resources_limit(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	int result = limit(store, request, reply_fd, &failure);
	if (result < 0)
		reply_error(reply_fd, request->id, &failure);
	else
		reply_ok(reply_fd, request->id, 0, NULL);
	return result < 0;
}

#include "resources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cgroup1.h"
#include "io.h"

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

static int apply_one(const struct store *store, const char *id, int group, const struct resource_spec *item)
{
	int result = write_limit(group, item->file, item->value);
	if (result != 0)
		return result;
	CLEANUP_CLOSE int legacy = *item->legacy_file ? cgroup1_open(store, id, item->controller) : -1;
	return write_limit(legacy, item->legacy_file, item->legacy_value);
}

int resources_apply(const struct store *store, const struct spec *spec, int group, resource_warning *warn, void *context,
		    struct failure *failure)
{
	for (size_t i = 0; i < spec->resources.count; i++) {
		const struct resource_spec *item = &spec->resources.items[i];
		const char *file = *item->file ? item->file : item->legacy_file;
		int result = apply_one(store, spec->id, group, item);
		if (result < 0)
			return fail(failure, STAGE_RESOURCE, file);
		if (result == 0) {
			char text[160];
			snprintf(text, sizeof(text), "this machine has no cgroup controller %s with %s: that limit is not set",
				 item->controller, file);
			warn(context, text);
		}
	}
	return 0;
}

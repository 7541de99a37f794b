/* Limits of a container: values in files of its cgroups, of whichever version has the controller. */
#ifndef SKIFF_RESOURCES_H
#define SKIFF_RESOURCES_H

#include "spawner.h"
#include "spec.h"

/* Lets a version 2 group hand its controllers to the groups below it, as far as it has them. */
void resources_delegate(int group);

/* What to do about a limit that nothing here can keep: it is named, and the rest is set. */
typedef void resource_warning(void *context, const char *text);

/* The verb `limit`: changes those of a container that runs. Answers with warnings. */
int resources_limit(const struct store *store, const struct request *request, int reply_fd);

/* Writes all limits of the spec; `group` is the container's version 2 group, or -1. */
int resources_apply(const struct store *store, const struct spec *spec, int group, resource_warning *warn, void *context,
		    struct failure *failure);

#endif

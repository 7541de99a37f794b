/* Hooks that run in the container's own namespaces. */
#ifndef SKIFF_HOOK_H
#define SKIFF_HOOK_H

#include "spec.h"

/* Runs it with the container's state on its stdin: 0, or -1 when it could not be run, failed, or took too long. */
int hook_run(const struct hook_spec *hook, const char *state, struct failure *failure);

#endif

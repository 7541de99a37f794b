/* A run of another runtime's program. */
#ifndef SKIFF_RUNTIME_CALL_H
#define SKIFF_RUNTIME_CALL_H

#include "process.h"
#include "spawner.h"
#include "spec.h"

struct runtime_call {
	const struct store *store;
	const struct spec *spec;
	/* What the container's process inherits by way of the program; NULL: nothing. */
	const struct stdio *stdio;
	/* Whose cgroups the program is put into, where it makes none itself; 0: those that were made for the container. */
	pid_t init;
};

/* Waits for its end: 0, or -1 with what it has said. `arguments`: the command and what follows it, but for the container's id. */
int runtime_call(const struct runtime_call *call, const char *const *arguments, struct failure *failure);

#endif

/* From a namespace that is set up to the user's process: identity, confinement, exec. Common to PID 1 and to exec. */
#ifndef SKIFF_PROCESS_H
#define SKIFF_PROCESS_H

#include "spec.h"

/* Where the process's stdio comes from: three descriptors, the same one three times for a terminal. */
struct stdio {
	int fds[3];
	bool terminal;
};

/* Whether there is a program to exec, seen from the root directory of now: 0, or -1 with the failure. */
int process_find(const struct spec *spec, struct failure *failure);

/* Returns only when it fails, which can be told over `report_fd`: every other descriptor is closed first, and that one, which must be
 * close-on-exec, by exec. */
void process_exec(const struct spec *spec, const struct stdio *stdio, int report_fd, struct failure *failure);

#endif

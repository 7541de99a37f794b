/* The terminal of a process that joins a container. */
#ifndef SKIFF_EXEC_TERMINAL_H
#define SKIFF_EXEC_TERMINAL_H

#include "init.h"
#include "spec.h"

/* Makes a pty in the devpts of the files that the calling process has, so that `tty` says /dev/pts/N, gives the master to who waits at
 * `sync_fd`, and returns the slave as the process's own. Does not return when it can't: the failure goes to `sync_fd`. */
struct stdio exec_terminal(const struct spec *spec, int sync_fd);

#endif

/* `--init`: a PID 1 that is ours, between the kernel and the user's process. */
#ifndef SKIFF_REAPER_H
#define SKIFF_REAPER_H

#include <stdbool.h>

/* Forks. The child returns 0 and goes on to exec; the parent stays as PID 1, passes signals on, reaps, and ends as the child has ended. */
int reaper_fork(bool terminal);

#endif

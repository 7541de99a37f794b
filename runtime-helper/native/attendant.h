/* A process of a monitor's that is there while there is something for it to do: without rights, and gone with the monitor. */
#ifndef SKIFF_ATTENDANT_H
#define SKIFF_ATTENDANT_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "spawner.h"

struct attendant {
	pid_t pid; /* 0: nobody */
	int pid_fd;
};

#define ATTENDANT_NONE ((struct attendant){ .pid_fd = -1 })

/* Of what waits for one that can't be had so many are turned away at once. */
#define MOST_DROPPED 1024

/* Runs `work` in a process of its own; it does not return. False: there is none. */
bool attendant_start(struct attendant *attendant, void (*work)(const void *context, pid_t monitor), const void *context);
/* Waits for its end. False: it went wrong. */
bool attendant_reap(struct attendant *attendant);
/* Ends it with a signal, and waits. */
void attendant_stop(struct attendant *attendant, int signal);

/* Called by the process itself. Afterwards: no privilege, no file to be written, no program, no process, and only the system calls that the
 * filter lets through. 0, or -1 with errno. */
int attendant_confine(const struct store *store, pid_t monitor, struct sock_filter *filter, size_t length);

#endif

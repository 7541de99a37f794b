/* Health checks: a command that runs in the container every so often, and what its ends say of the container. The monitor keeps the
 * time and the last word; each check is a child of its own, which is there only while the command runs. */
#ifndef SKIFF_HEALTH_H
#define SKIFF_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "io.h"

struct container;

enum health_status { HEALTH_STARTING, HEALTHY, UNHEALTHY };

struct health {
	struct container *container; /* NULL: PID 1 does not run, or has no check */
	enum health_status status;
	unsigned failing_streak;
	uint64_t started; /* this life; of CLOCK_MONOTONIC, in ms */
	uint64_t due;	 /* the next check; 0: none, one is under way or the container is paused */
	uint64_t begun;	 /* the check that is under way, or was the last */
	pid_t pid;	 /* of it; 0: none is under way */
	int pid_fd;
};

#define HEALTH_INITIALLY ((struct health){ .pid_fd = -1 })

/* PID 1 has been exec'ed; it has ended, or stands still: a check that is under way comes to nothing. */
void health_begin(struct health *health, struct container *container);
void health_end(struct health *health);
void health_pause(struct health *health, bool paused);

/* For poll(2): the time to wait at most, in ms (-1: for ever), and what is to be done after it. */
int health_timeout(const struct health *health, int timeout);
void health_serve(struct health *health);

/* "starting", "healthy" or "unhealthy" */
const char *health_word(enum health_status status);
/* Counts the check that was begun last. */
void health_count(struct health *health, bool passed);

/* The check, in its process: leaves its result in the file `health`. Exits as the command did; with 0 only when it has passed. */
_Noreturn void health_check_main(struct health *health, pid_t monitor);

#endif

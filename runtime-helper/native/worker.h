/* A process for each request: there before the request is, and answered for if it is killed. */
#ifndef SKIFF_WORKER_H
#define SKIFF_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ids[i] is of the request that the process at the other end of entries[i] carries out; 0: it waits for one. */
struct workers {
	struct pollfd *entries;
	uint32_t *ids;
	size_t count, capacity;
	bool one_waits;
	bool at_end;
};

/* fork(2): the one who waits for the next request. Its life ends with the spawner's until it has taken one. */
pid_t workers_fork(struct workers *workers);
/* Answers for those who have died, until somebody else must wait for the next request. False: there will be none. */
bool workers_wait(struct workers *workers, int reply_fd);

/* What a worker says; elsewhere they do nothing. */
void worker_takes(uint32_t id);
void worker_took(uint32_t id);
void worker_answered(void);
void worker_end_of_requests(void);
/* For the workers to come: what it loaded last, see device_program.c. `descriptor` stays the caller's. */
void worker_share(const void *content, size_t length, int descriptor);

#endif

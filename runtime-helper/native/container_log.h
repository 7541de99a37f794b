/* The container's log: CRI format, one line `time stream F|P text` for each line or part of a line. */
#ifndef SKIFF_CONTAINER_LOG_H
#define SKIFF_CONTAINER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct container_log {
	int fd; /* -1: nothing is logged */
};

/* Opens log/0.log below the container's directory for appending; both belong to the owner. */
int log_open(struct container_log *log, int container_fd, uid_t uid, gid_t gid);
/* Writes what a stream gave. A full disk or a removed file never stops the container: what can't be written is lost. */
void log_write(struct container_log *log, const char *stream, const char *bytes, size_t length);
/* Closes it; when nothing was ever written, it is removed again. */
void log_discard_empty(struct container_log *log, int container_fd);

#endif

/* Requests of the helper and replies to it: ARCHITECTURE.md, Seam 1. */
#ifndef SKIFF_REQUEST_H
#define SKIFF_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "errors.h"

#define MAX_REQUEST_LENGTH (1024 * 1024)

/* A request's strings; `strings[0]` is the verb. Points into the frame that it was parsed from. */
struct request {
	uint32_t id;
	size_t count;
	const char **strings;
};

/* Splits a body into strings. -1 (errno EBADMSG or ENOMEM) when the last one has no end, or there is none. */
int request_parse(struct request *request, uint32_t id, char *body, size_t length);
void request_free(struct request *request);

/* Replies go out in one write each, so that processes that share the descriptor do not mix their frames. */
void reply_event(int fd, uint32_t id, const char *name);
int reply_event_with(int fd, uint32_t id, const char *name, const char *argument);
/* Tells what could not be done, but stops nothing. */
void reply_warning(int fd, uint32_t id, const char *text);
void reply_ok(int fd, uint32_t id, size_t count, const char *const *arguments);
void reply_error(int fd, uint32_t id, const struct failure *failure);

#endif

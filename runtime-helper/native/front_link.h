/* One connection of the front's: frames that come, and bytes that wait to go. */
#ifndef SKIFF_FRONT_LINK_H
#define SKIFF_FRONT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream.h"

struct link {
	/* -1: none, or no more. Does not block. */
	int fd;
	struct stream_buffer in;
	uint8_t *out;
	size_t out_length;
	size_t out_capacity;
};

/* Takes the descriptor. -1 with errno. */
int link_open(struct link *link, int fd);
void link_close(struct link *link);
/* Queues a frame. -1 without memory. */
int link_queue(struct link *link, uint8_t type, const void *payload, size_t length);
/* Sends what goes without waiting. What can't go any more is dropped: reading tells that the peer has left. */
void link_flush(struct link *link);
/* 1 when something came, 0 when nothing did, -1 at the end. */
int link_fill(struct link *link);

#endif

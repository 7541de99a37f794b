/* Who is attached to a process: any number of clients, none of whom can hold up another. */
#ifndef SKIFF_CLIENTS_H
#define SKIFF_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream.h"

struct client {
	int fd;
	bool attached;
	bool wants_output;
	bool lossless;
	uint64_t missed; /* bytes of output since the queue was full */
	struct stream_buffer incoming;
	/* Bytes that are to be sent: `queue[sent..length)`. */
	uint8_t *queue;
	size_t sent, length, capacity;
};

struct clients {
	size_t count;
	struct client *items;
};

/* Accepts one connection of the owner's or of root's. */
void clients_accept(struct clients *clients, int listen_fd, uid_t owner);
void clients_remove(struct clients *clients, size_t index);

/* Queues a frame for all who want output; those who are behind miss it, unless they are lossless. */
void clients_write(struct clients *clients, uint8_t type, const void *payload, size_t length);
/* Queues a frame for one, whatever the length of his queue. */
void client_frame(struct client *client, uint8_t type, const void *payload, size_t length);
/* Sends what can be sent now. False: the client is gone. */
bool client_flush(struct client *client);

bool client_is_idle(const struct client *client);
/* True while a lossless client is so far behind that the process has to wait for it. */
bool clients_hold_back(const struct clients *clients);
/* True when somebody is attached who sees the output. */
bool clients_watch(const struct clients *clients);

#endif

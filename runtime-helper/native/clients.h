/*
 * Who is attached to a process: any number of clients, none of whom can hold up another. A client is live, and is sent what comes, as
 * long as its queue has room; one that falls behind, or comes late, is given its output from the log at its own pace until it is live.
 */
#ifndef SKIFF_CLIENTS_H
#define SKIFF_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "container_log.h"
#include "stream.h"

struct client {
	int fd;
	bool attached;
	bool wants_output;
	bool sends_input;
	/* The process waits for it. */
	bool lossless;
	/* The process does not, but it is given all that the log has, however far behind it is. */
	bool complete;
	/* Its window, zeros without one, and when that was used last: later is greater. */
	uint16_t columns, rows;
	uint64_t used;
	/* Not live: `position` is where its output goes on in the log, `got` how many bytes of output lie before that. */
	bool behind;
	uint64_t position;
	uint64_t got;
	/* What of the earlier output is not counted yet, and still in `got`. */
	uint64_t uncounted, uncounted_end;
	/* When it last took something of a queue that is not empty; 0: it is. */
	uint64_t moved_ms;
	bool stood_still;
	/* A program on the screen must draw it anew once this client is live: it has not seen all. */
	bool needs_redraw;
	/* Its process has ended: what came up to here it is still given, then the exit code. */
	bool leaving, told;
	uint8_t exit_code;
	uint64_t last_position, last_got;
	struct stream_buffer incoming;
	/* Bytes that are to be sent: `queue[sent..length)`. */
	uint8_t *queue;
	size_t sent, length, capacity;
};

struct clients {
	size_t count;
	struct client *items;
	const struct container_log *log;
	/* Bytes of output of this process so far. */
	uint64_t produced;
	/* A client that has not seen all has become live. */
	bool redraw;
};

/* Accepts all connections of the owner's and of root's that wait. False: some must wait on, for want of descriptors or memory. */
bool clients_accept(struct clients *clients, int listen_fd, uid_t owner);
void clients_remove(struct clients *clients, size_t index);

/* Begins to send output to a client: about the last `replay` bytes in the log first. */
void client_watch(struct clients *clients, struct client *client, uint64_t replay);
/* For all who want output: bytes that the log has from `position` on. */
void clients_write(struct clients *clients, uint8_t type, const void *payload, size_t length, uint64_t position);
/* The process has ended: all clients are told when they have been given all, and get no more after that. */
void clients_leave(struct clients *clients, uint8_t exit_code);
/* Queues a frame for one, whatever the length of his queue. */
void client_frame(struct client *client, uint8_t type, const void *payload, size_t length);
/* Sends what can be sent now. False: the client is gone. */
bool client_flush(struct clients *clients, struct client *client);

/* Nothing is left to send. */
bool client_is_idle(const struct client *client);
/* Does not take what it has asked for: it may ask for no more. */
bool client_is_full(const struct client *client);
/* True while a lossless client is so far behind that the process has to wait for it. */
bool clients_hold_back(const struct clients *clients);
/* True when somebody is attached who sees the output. */
bool clients_watch(const struct clients *clients);
/* True when somebody is attached who may send input. */
bool clients_type(const struct clients *clients);

#endif

#include "clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_LIMIT (256 * 1024)
#define HOLD_BACK_LIMIT (64 * 1024)
/* Past this an empty queue gives its memory back: monitors are many. */
#define KEEP_CAPACITY 4096
#define MAX_CLIENTS 1024

void clients_accept(struct clients *clients, int listen_fd, uid_t owner)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct ucred peer;
	socklen_t length = sizeof(peer);
	struct client *items = NULL;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && (peer.uid == owner || peer.uid == 0) &&
	    clients->count < MAX_CLIENTS)
		items = realloc(clients->items, (clients->count + 1) * sizeof(*items));
	if (!items) {
		close(fd);
		return;
	}
	clients->items = items;
	clients->items[clients->count++] = (struct client){ .fd = fd };
}

void clients_remove(struct clients *clients, size_t index)
{
	struct client *client = &clients->items[index];
	close(client->fd);
	stream_free(&client->incoming);
	free(client->queue);
	clients->count--;
	memmove(client, client + 1, (clients->count - index) * sizeof(*client));
}

static bool reserve(struct client *client, size_t more)
{
	if (client->sent > 0) {
		memmove(client->queue, client->queue + client->sent, client->length - client->sent);
		client->length -= client->sent;
		client->sent = 0;
	}
	if (client->length + more <= client->capacity)
		return true;
	size_t capacity = client->length + more;
	uint8_t *queue = realloc(client->queue, capacity);
	if (!queue)
		return false;
	client->queue = queue;
	client->capacity = capacity;
	return true;
}

void client_frame(struct client *client, uint8_t type, const void *payload, size_t length)
{
	uint8_t header[STREAM_HEADER];
	stream_header(header, type, (uint32_t)length);
	if (!reserve(client, sizeof(header) + length)) {
		client->missed += length;
		return;
	}
	memcpy(client->queue + client->length, header, sizeof(header));
	if (length > 0)
		memcpy(client->queue + client->length + sizeof(header), payload, length);
	client->length += sizeof(header) + length;
}

static size_t queued(const struct client *client)
{
	return client->length - client->sent;
}

/* Says how much was left out, as soon as there is room to say it. */
static void tell_gap(struct client *client)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(client->missed >> 8 * i);
	client->missed = 0;
	client_frame(client, STREAM_GAP, bytes, sizeof(bytes));
}

void clients_write(struct clients *clients, uint8_t type, const void *payload, size_t length)
{
	for (size_t i = 0; i < clients->count; i++) {
		struct client *client = &clients->items[i];
		if (!client->wants_output)
			continue;
		if (!client->lossless && (queued(client) + length > QUEUE_LIMIT || client->missed > 0))
			client->missed += length;
		else
			client_frame(client, type, payload, length);
	}
}

bool client_flush(struct client *client)
{
	while (queued(client) > 0) {
		ssize_t count = send(client->fd, client->queue + client->sent, queued(client), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno == EAGAIN;
		client->sent += (size_t)count;
	}
	client->sent = client->length = 0;
	if (client->capacity > KEEP_CAPACITY) {
		free(client->queue);
		client->queue = NULL;
		client->capacity = 0;
	}
	if (client->missed > 0) {
		tell_gap(client);
		return client_flush(client);
	}
	return true;
}

bool client_is_idle(const struct client *client)
{
	return queued(client) == 0;
}

bool clients_hold_back(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->items[i].lossless && queued(&clients->items[i]) > HOLD_BACK_LIMIT)
			return true;
	return false;
}

bool clients_watch(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->items[i].attached && clients->items[i].wants_output)
			return true;
	return false;
}

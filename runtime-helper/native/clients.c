#include "clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io.h"

#define QUEUE_LIMIT (256 * 1024)
#define HOLD_BACK_LIMIT (64 * 1024)
/* More than output ever comes to. */
#define FULL_LIMIT (1024 * 1024)
/* Past this an empty queue gives its memory back: monitors are many. */
#define KEEP_CAPACITY 4096
#define MAX_CLIENTS 1024
/* Bytes of the log that are given at once to who is behind; more than one record. */
#define CATCH_UP 65536
/* Who is further behind is spared what lies between: nobody wants to watch what is long past. Who reads without a pause is slow, but
 * watches; who has stood still for a while does not. */
#define BEHIND_LIMIT (32 * 1024 * 1024)
#define STILL_LIMIT (8 * 1024 * 1024)
#define STILL_MS 1000
#define SKIP_TO 65536
/* Of one who is behind, before others have their turn. */
#define MOST_STEPS 64

static void add_client(struct clients *clients, int fd, uid_t owner)
{
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

bool clients_accept(struct clients *clients, int listen_fd, uid_t owner)
{
	int fd;
	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		add_client(clients, fd, owner);
	return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
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

static uint8_t *reserve(struct client *client, size_t more)
{
	if (client->sent > 0) {
		memmove(client->queue, client->queue + client->sent, client->length - client->sent);
		client->length -= client->sent;
		client->sent = 0;
	}
	if (client->length + more > client->capacity) {
		size_t capacity = client->length + more + client->capacity / 2;
		uint8_t *queue = realloc(client->queue, capacity);
		if (!queue)
			return NULL;
		client->queue = queue;
		client->capacity = capacity;
	}
	return client->queue + client->length;
}

static bool queue_frame(struct client *client, uint8_t type, const void *payload, size_t length)
{
	uint8_t *at = reserve(client, STREAM_HEADER + length);
	if (!at)
		return false;
	stream_header(at, type, (uint32_t)length);
	if (length > 0)
		memcpy(at + STREAM_HEADER, payload, length);
	client->length += STREAM_HEADER + length;
	return true;
}

void client_frame(struct client *client, uint8_t type, const void *payload, size_t length)
{
	/* Without memory for so little nothing would go on anyway. */
	if (!queue_frame(client, type, payload, length))
		return;
}

static size_t queued(const struct client *client)
{
	return client->length - client->sent;
}

void client_watch(struct clients *clients, struct client *client, uint64_t replay)
{
	const struct container_log *log = clients->log;
	client->position = replay > 0 ? log_tail(log, replay) : log->end;
	client->got = clients->produced;
	client->uncounted = client->position;
	client->uncounted_end = log->end;
	client->behind = client->position < log->end;
	client->needs_redraw = client->position > log->start;
	if (!client->behind && client->needs_redraw)
		clients->redraw = true;
}

/* What nobody waits for goes out as it is; what does not is queued. */
static bool send_frame(struct client *client, uint8_t type, const uint8_t *payload, size_t length)
{
	uint8_t header[STREAM_HEADER];
	struct iovec parts[] = { { header, sizeof(header) }, { (void *)(uintptr_t)payload, length } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	stream_header(header, type, (uint32_t)length);
	ssize_t count = queued(client) > 0 ? 0 : sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	size_t sent = count < 0 ? 0 : (size_t)count;
	if (sent == sizeof(header) + length)
		return true;
	uint8_t *at = reserve(client, sizeof(header) + length - sent);
	/* After a part of it there is no way back. */
	if (!at && sent > 0)
		shutdown(client->fd, SHUT_RDWR);
	if (!at)
		return sent > 0;
	size_t left = sent < sizeof(header) ? sizeof(header) - sent : 0;
	memcpy(at, header + sizeof(header) - left, left);
	size_t gone = sent > sizeof(header) ? sent - sizeof(header) : 0;
	memcpy(at + left, payload + gone, length - gone);
	client->length += left + length - gone;
	return true;
}

void clients_write(struct clients *clients, uint8_t type, const void *payload, size_t length, uint64_t position)
{
	for (size_t i = 0; i < clients->count; i++) {
		struct client *client = &clients->items[i];
		if (!client->wants_output || client->behind || client->leaving)
			continue;
		if ((!client->lossless && queued(client) + length > QUEUE_LIMIT) || !send_frame(client, type, payload, length)) {
			client->behind = true;
			client->position = position;
			client->got = clients->produced;
		}
	}
	clients->produced += length;
}

static void tell_gap(struct client *client, uint64_t missed)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(missed >> 8 * i);
	client->got += missed;
	client->needs_redraw = true;
	client_frame(client, STREAM_GAP, bytes, sizeof(bytes));
}

/* Leaves out what lies too far behind, and says how much that was. */
static void skip(struct clients *clients, struct client *client)
{
	client->position = log_tail(clients->log, SKIP_TO);
	uint64_t left = clients->produced - log_output_length(clients->log, client->position);
	if (left > client->got)
		tell_gap(client, left - client->got);
}

/* Queues the records' texts, those of one stream that follow each other in one frame. Returns how much of `bytes` that was. */
static size_t queue_records(struct client *client, const uint8_t *bytes, size_t length)
{
	struct log_record record;
	size_t used = 0, size, frame = 0;
	uint8_t type = 0;
	/* A record is longer than its text and a header. */
	if (!reserve(client, length))
		return 0;
	while ((size = log_parse(bytes + used, length - used, &record)) > 0) {
		uint8_t wanted = record.is_stderr ? STREAM_STDERR : STREAM_STDOUT;
		used += size;
		if (record.length == 0)
			continue;
		if (wanted != type) {
			type = wanted;
			frame = client->length;
			client->length += STREAM_HEADER;
		}
		memcpy(client->queue + client->length, record.text, record.length);
		client->length += record.length;
		client->got += record.length;
		stream_header(client->queue + frame, type, (uint32_t)(client->length - frame - STREAM_HEADER));
	}
	return used;
}

static void become_live(struct clients *clients, struct client *client, uint64_t produced)
{
	client->behind = false;
	/* What the log could not keep. */
	if (produced > client->got)
		tell_gap(client, produced - client->got);
	if (client->needs_redraw && !client->leaving)
		clients->redraw = true;
	client->needs_redraw = false;
}

/* A log may be long: others have their turn meanwhile. */
static void count_some(const struct clients *clients, struct client *client)
{
	const uint64_t before = client->uncounted;
	client->got -= log_count(clients->log, &client->uncounted, client->uncounted_end);
	if (client->uncounted == before)
		client->uncounted = client->uncounted_end;
}

/* One step of bringing a client up to date, whose queue is empty. */
static void catch_up(struct clients *clients, struct client *client)
{
	const struct container_log *log = clients->log;
	if (client->uncounted < client->uncounted_end) {
		count_some(clients, client);
		return;
	}
	uint64_t end = client->leaving ? client->last_position : log->end;
	uint64_t most = client->stood_still ? STILL_LIMIT : BEHIND_LIMIT;
	if (!client->lossless && !client->complete && end - client->position > most && end == log->end)
		skip(clients, client);
	client->stood_still = false;
	uint8_t *bytes = malloc(CATCH_UP);
	size_t wanted = end - client->position < CATCH_UP ? end - client->position : CATCH_UP;
	ssize_t length = bytes ? log_read(log, client->position, bytes, wanted) : 0;
	size_t used = length > 0 ? queue_records(client, bytes, (size_t)length) : 0;
	free(bytes);
	client->position += used;
	if (length < 0 && end == log->end)
		skip(clients, client);
	/* Nothing more is there, or what is there can't be read: somebody has cut the file. */
	else if (used == 0 || client->position >= end)
		become_live(clients, client, client->leaving ? client->last_got : clients->produced);
}

static void note_movement(struct client *client)
{
	uint64_t now = monotonic_ms();
	client->stood_still |= client->moved_ms > 0 && now - client->moved_ms > STILL_MS;
	client->moved_ms = now;
}

static bool send_queue(struct client *client)
{
	while (queued(client) > 0) {
		ssize_t count = send(client->fd, client->queue + client->sent, queued(client), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN && client->moved_ms == 0)
			client->moved_ms = monotonic_ms();
		if (count < 0)
			return errno == EAGAIN;
		note_movement(client);
		client->sent += (size_t)count;
	}
	/* From here on it waits for us. */
	client->moved_ms = 0;
	client->stood_still &= client->behind;
	client->sent = client->length = 0;
	if (client->capacity > KEEP_CAPACITY) {
		free(client->queue);
		client->queue = NULL;
		client->capacity = 0;
	}
	return true;
}

bool client_flush(struct clients *clients, struct client *client)
{
	for (int step = 0; step < MOST_STEPS; step++) {
		if (!send_queue(client))
			return false;
		if (queued(client) > 0 || client_is_idle(client))
			return true;
		if (client->behind) {
			catch_up(clients, client);
		} else {
			client->told = true;
			client_frame(client, STREAM_EXIT, &client->exit_code, 1);
		}
	}
	return true;
}

void clients_leave(struct clients *clients, uint8_t exit_code)
{
	for (size_t i = clients->count; i > 0; i--) {
		struct client *client = &clients->items[i - 1];
		if (client->leaving)
			continue;
		client->leaving = true;
		client->exit_code = exit_code;
		client->last_position = clients->log->end;
		client->last_got = clients->produced;
		if (!client_flush(clients, client))
			clients_remove(clients, i - 1);
	}
}

bool client_is_idle(const struct client *client)
{
	return queued(client) == 0 && !client->behind && client->leaving == client->told;
}

bool client_is_full(const struct client *client)
{
	return queued(client) > FULL_LIMIT;
}

bool clients_hold_back(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		if (client->lossless && !client->leaving && (client->behind || queued(client) > HOLD_BACK_LIMIT))
			return true;
	}
	return false;
}

bool clients_watch(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->items[i].attached && clients->items[i].wants_output && !clients->items[i].leaving)
			return true;
	return false;
}

bool clients_type(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->items[i].attached && clients->items[i].sends_input && !clients->items[i].leaving)
			return true;
	return false;
}

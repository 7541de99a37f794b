/* Connections to published ports. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "io.h"
#include "proxy_server.h"

#define MOST_AT_ONCE (256 * 1024)
/* Before others have their turn. */
#define ROUNDS 16
#define ACCEPTED_AT_ONCE 32
#define FULL_MS 100

enum { VISITOR, CONTAINER, ENDS };

struct end {
	struct source source;
	struct connection *connection;
	/* What it has said, and the other could not take yet. */
	uint8_t *kept;
	size_t length, sent;
	bool silent;   /* it has said its last */
	bool finished; /* and the other knows */
};

struct connection {
	struct end ends[ENDS];
	bool connecting, over;
	struct connection *next, *previous;
};

static struct end *other_of(struct end *end)
{
	struct end *ends = end->connection->ends;
	return end == &ends[VISITOR] ? &ends[CONTAINER] : &ends[VISITOR];
}

static void let_in_again(struct proxy_server *server, bool let_in)
{
	server->full_until = let_in ? 0 : server->now + FULL_MS;
	for (size_t i = 0; i < server->count; i++)
		if (server->listeners[i].source.kind == SOURCE_LISTENER)
			source_watch(server, &server->listeners[i].source, let_in ? EPOLLIN : 0);
}

static void hang_up(struct proxy_server *server, struct connection *connection)
{
	if (connection->over)
		return;
	connection->over = true;
	for (size_t i = 0; i < ENDS; i++) {
		close_and_forget(&connection->ends[i].source.fd);
		free(connection->ends[i].kept);
		connection->ends[i].kept = NULL;
	}
	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	connection->next = server->gone;
	server->gone = connection;
	if (server->full_until != 0)
		let_in_again(server, true);
}

uint64_t streams_resume(struct proxy_server *server)
{
	if (server->full_until != 0 && server->now >= server->full_until)
		let_in_again(server, true);
	return server->full_until != 0 ? server->full_until : UINT64_MAX;
}

/* Whoever is left learns that it did not end well (RST). */
static void break_off(struct proxy_server *server, struct connection *connection)
{
	const struct linger now = { .l_onoff = 1 };
	for (size_t i = 0; i < ENDS; i++)
		if (connection->ends[i].source.fd >= 0)
			setsockopt(connection->ends[i].source.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	hang_up(server, connection);
}

void streams_sweep(struct proxy_server *server)
{
	while (server->gone) {
		struct connection *connection = server->gone;
		server->gone = connection->next;
		free(connection);
	}
}

/* At once, and noticed when the other side has vanished. */
static void prepare(int fd, int protocol)
{
	const int on = 1;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (protocol == IPPROTO_TCP)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void watch(const struct proxy_server *server, struct connection *connection)
{
	for (size_t i = 0; i < ENDS; i++) {
		struct end *end = &connection->ends[i], *other = other_of(end);
		uint32_t events = 0;
		if (connection->connecting)
			events = i == CONTAINER ? EPOLLOUT : 0;
		else
			events = (end->silent || end->kept ? 0 : EPOLLIN) | (other->kept ? EPOLLOUT : 0);
		/* That it has left would be told again and again while the other does not take its last words. */
		if (end->kept && events == 0)
			source_ignore(server, &end->source);
		else
			source_watch(server, &end->source, events);
	}
}

/* False: there can't be another now. */
static bool begin(struct proxy_server *server, const struct listener *listener, int visitor)
{
	int fd = socket(listener->target.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, listener->protocol);
	struct connection *connection = fd < 0 ? NULL : calloc(1, sizeof(*connection));
	if (!connection) {
		close(visitor);
		close_and_forget(&fd);
		return false;
	}
	connection->connecting = true;
	for (size_t i = 0; i < ENDS; i++) {
		connection->ends[i].connection = connection;
		connection->ends[i].source = (struct source){ .kind = SOURCE_STREAM, .fd = i == VISITOR ? visitor : fd };
		prepare(connection->ends[i].source.fd, listener->protocol);
	}
	connection->next = server->connections;
	if (connection->next)
		connection->next->previous = connection;
	server->connections = connection;
	if (connect(fd, (const struct sockaddr *)&listener->target, listener->length) < 0 && errno != EINPROGRESS)
		break_off(server, connection);
	else
		watch(server, connection);
	return true;
}

void streams_accept(struct proxy_server *server, struct listener *listener)
{
	for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
		int visitor = accept4(listener->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (visitor < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
			return;
		if (visitor < 0 || !begin(server, listener, visitor)) {
			let_in_again(server, false);
			return;
		}
	}
}

/* Passes on what was kept. -1: the other is gone. */
static int pass_on(struct end *end)
{
	struct end *other = other_of(end);
	while (end->sent < end->length) {
		ssize_t count = send(other->source.fd, end->kept + end->sent, end->length - end->sent, MSG_NOSIGNAL);
		if (count < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		end->sent += (size_t)count;
	}
	free(end->kept);
	end->kept = NULL;
	return 0;
}

static int keep(struct end *end, const uint8_t *bytes, size_t length)
{
	end->kept = malloc(length);
	if (!end->kept)
		return -1;
	memcpy(end->kept, bytes, length);
	end->length = length;
	end->sent = 0;
	return 0;
}

/* Once: 1 there may be more, 0 not now, -1 one of both is gone. */
static int carry_once(struct end *end)
{
	static uint8_t bytes[MOST_AT_ONCE];
	ssize_t count = recv(end->source.fd, bytes, sizeof(bytes), 0);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (count == 0) {
		end->silent = true;
		return 0;
	}
	ssize_t sent = send(other_of(end)->source.fd, bytes, (size_t)count, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (sent < 0)
		sent = 0;
	if (sent < count)
		return keep(end, bytes + sent, (size_t)(count - sent));
	return 1;
}

/* -1: it is broken. */
static int carry(struct end *end)
{
	if (end->kept && pass_on(end) < 0)
		return -1;
	for (int i = 0; i < ROUNDS && !end->kept && !end->silent; i++) {
		int result = carry_once(end);
		if (result < 0)
			return -1;
		if (result == 0)
			break;
	}
	if (end->silent && !end->kept && !end->finished) {
		end->finished = true;
		shutdown(other_of(end)->source.fd, SHUT_WR);
	}
	return 0;
}

static int error_of(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

void streams_serve(struct proxy_server *server, struct source *source, uint32_t events)
{
	struct end *end = (struct end *)source;
	struct connection *connection = end->connection;
	if (connection->over)
		return;
	/* A visitor who has gone before the container answered is told of by epoll unasked, too. */
	if ((events & EPOLLERR) || (connection->connecting && (events & EPOLLHUP))) {
		if (error_of(source->fd) != 0 || connection->connecting) {
			break_off(server, connection);
			return;
		}
	}
	const bool can_read = events & (EPOLLIN | EPOLLHUP | EPOLLERR), can_write = events & EPOLLOUT;
	connection->connecting = false;
	if ((can_read && carry(end) < 0) || (can_write && carry(other_of(end)) < 0)) {
		break_off(server, connection);
		return;
	}
	if (connection->ends[VISITOR].finished && connection->ends[CONTAINER].finished)
		hang_up(server, connection);
	else
		watch(server, connection);
}

void streams_drain(struct proxy_server *server)
{
	for (struct connection *connection = server->connections; connection; connection = connection->next)
		if (!connection->connecting)
			carry(&connection->ends[CONTAINER]);
}

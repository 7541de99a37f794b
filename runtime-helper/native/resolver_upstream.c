/* Questions that other servers are asked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver_server.h"

/* Clients ask again after five seconds (resolv.conf(5), timeout): by then they have been told. */
#define PATIENCE_MS 1500
#define LEAST_ATTEMPTS 2
#define LONGEST 65535

static void forget(struct query *query)
{
	if (query->fd >= 0)
		close(query->fd);
	free(query->message);
	free(query->answer);
	*query = (struct query){ .fd = -1 };
}

static void refuse(struct server *server, struct query *query)
{
	uint8_t bytes[DNS_LEAST_SPACE];
	struct dns_question question;
	struct dns_reply reply;
	uint8_t *message = query->message + RESOLVER_PREFIX;
	const struct asker asker = query->asker;
	dns_set_id(message, query->id);
	/* It could be read when it came. */
	dns_parse(message, query->length, &question);
	dns_begin(&reply, bytes, sizeof(bytes), message, &question, DNS_SERVER_FAILED);
	size_t length = dns_end(&reply);
	forget(query);
	server_answer(server, &asker, bytes, length);
}

static void tell(struct server *server, struct query *query, uint8_t *answer, size_t length)
{
	const struct asker asker = query->asker;
	server->preferred = (query->first + query->attempts - 1) % server->upstream.count;
	dns_set_id(answer, query->id);
	server_answer(server, &asker, answer, length);
	forget(query);
}

static int send_all(const struct query *query)
{
	const size_t prefix = query->by_tcp ? 0 : RESOLVER_PREFIX, length = query->length + RESOLVER_PREFIX - prefix;
	return send(query->fd, query->message + prefix, length, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

/* A port of the kernel's choice for each: who can't see the question has to guess it, and the id. */
static int ask_one(const struct server *server, struct query *query)
{
	const struct resolver_servers *upstream = &server->upstream;
	const size_t at = (query->first + query->attempts) % upstream->count;
	const struct sockaddr *address = (const struct sockaddr *)&upstream->items[at].address;
	if (query->fd >= 0)
		close(query->fd);
	query->have = 0;
	query->fd = socket(address->sa_family, (query->by_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (query->fd < 0)
		return -1;
	int result = connect(query->fd, address, upstream->items[at].length);
	query->connecting = query->by_tcp;
	if (query->by_tcp)
		return result < 0 && errno != EINPROGRESS ? -1 : 0;
	return result < 0 ? -1 : send_all(query);
}

/* The next server, or the same once more, unless all have been asked. */
static void ask_next(struct server *server, struct query *query)
{
	const struct resolver_servers *upstream = &server->upstream;
	const unsigned most = upstream->count > LEAST_ATTEMPTS ? (unsigned)upstream->count : LEAST_ATTEMPTS;
	/* The only one is asked once more at the same place: its first answer may be on the way. */
	if (query->attempts > 0 && query->attempts < most && upstream->count == 1 && !query->by_tcp && send_all(query) == 0) {
		query->attempts++;
		query->deadline = server->now + PATIENCE_MS;
		return;
	}
	while (query->attempts < most) {
		int result = ask_one(server, query);
		query->attempts++;
		query->deadline = server->now + PATIENCE_MS;
		if (result == 0)
			return;
	}
	refuse(server, query);
}

bool upstream_ask(struct server *server, const uint8_t *message, size_t length, const struct asker *asker)
{
	struct query *query = NULL;
	for (size_t i = 0; i < RESOLVER_QUERIES && !query; i++)
		if (!server->queries[i].used)
			query = &server->queries[i];
	uint8_t *copy = query ? malloc(RESOLVER_PREFIX + length) : NULL;
	uint16_t id = 0;
	if (!copy)
		return false;
	if (getrandom(&id, sizeof(id), 0) != sizeof(id)) {
		free(copy);
		return false;
	}
	copy[0] = (uint8_t)(length >> 8);
	copy[1] = (uint8_t)length;
	memcpy(copy + RESOLVER_PREFIX, message, length);
	dns_set_id(copy + RESOLVER_PREFIX, id);
	*query = (struct query){ .used = true, .fd = -1, .asker = *asker, .by_tcp = asker->client >= 0, .message = copy,
				 .length = length, .id = dns_id(message), .first = server->preferred };
	ask_next(server, query);
	return true;
}

void upstream_watch(const struct server *server, struct pollfd polled[RESOLVER_QUERIES])
{
	for (size_t i = 0; i < RESOLVER_QUERIES; i++) {
		const struct query *query = &server->queries[i];
		polled[i] = (struct pollfd){ query->used ? query->fd : -1, query->connecting ? POLLOUT : POLLIN, 0 };
	}
}

/* An answer, as long as there is no better one to hope for. */
static void take(struct server *server, struct query *query, uint8_t *answer, size_t length)
{
	if (!dns_answers(answer, length, query->message + RESOLVER_PREFIX, query->length))
		return;
	enum dns_code code = dns_code_of(answer);
	if ((code == DNS_SERVER_FAILED || code == DNS_REFUSED) && query->attempts < server->upstream.count)
		ask_next(server, query);
	else
		tell(server, query, answer, length);
}

static void read_udp(struct server *server, struct query *query)
{
	static uint8_t answer[LONGEST];
	ssize_t length = recv(query->fd, answer, sizeof(answer), 0);
	if (length >= 0)
		take(server, query, answer, (size_t)length);
	else if (errno != EAGAIN && errno != EINTR)
		/* ECONNREFUSED: nobody is there. */
		ask_next(server, query);
}

static void read_tcp(struct server *server, struct query *query)
{
	if (!query->answer && !(query->answer = malloc(RESOLVER_PREFIX + LONGEST))) {
		refuse(server, query);
		return;
	}
	size_t length = RESOLVER_PREFIX;
	if (query->have >= RESOLVER_PREFIX)
		length += (size_t)(query->answer[0] << 8 | query->answer[1]);
	ssize_t count = recv(query->fd, query->answer + query->have, length - query->have, 0);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count <= 0) {
		ask_next(server, query);
		return;
	}
	query->have += (size_t)count;
	if (length == RESOLVER_PREFIX || query->have < length)
		return;
	uint8_t *answer = query->answer;
	query->answer = NULL;
	/* Nobody else speaks in this connection: who answers another question is not waited for. */
	if (dns_answers(answer + RESOLVER_PREFIX, length - RESOLVER_PREFIX, query->message + RESOLVER_PREFIX, query->length))
		take(server, query, answer + RESOLVER_PREFIX, length - RESOLVER_PREFIX);
	else
		ask_next(server, query);
	free(answer);
}

static void serve_one(struct server *server, struct query *query, short events)
{
	if (!events) {
		if (server->now >= query->deadline)
			ask_next(server, query);
	} else if (query->connecting) {
		query->connecting = false;
		if (send_all(query) < 0)
			ask_next(server, query);
	} else if (query->by_tcp) {
		read_tcp(server, query);
	} else {
		read_udp(server, query);
	}
}

void upstream_serve(struct server *server, const struct pollfd polled[RESOLVER_QUERIES])
{
	for (size_t i = 0; i < RESOLVER_QUERIES; i++)
		if (server->queries[i].used)
			serve_one(server, &server->queries[i], polled[i].fd >= 0 ? polled[i].revents : 0);
}

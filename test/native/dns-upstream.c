/* Asks a server that is us by TCP. It answers another question than the one that was asked, and says no more; asked again it knows the answer.
 * Built with sanitizers. Prints what whoever asked was told, its code, and how many connections that took. */
#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver_server.h"

static int told = -1;

/* What the resolver has for whoever asked. */
void server_answer(struct server *server, const struct asker *asker, const uint8_t *answer, size_t length)
{
	assert(asker->client == 0 && length >= DNS_HEADER && dns_id(answer) == 0x1234);
	server->clients[0].asked = false;
	told = dns_code_of(answer);
}

static int listen_at(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	assert(fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof(*address)) == 0 && listen(fd, 4) == 0);
	assert(getsockname(fd, (struct sockaddr *)address, &length) == 0);
	return fd;
}

static void serve(struct server *server)
{
	struct pollfd polled[RESOLVER_QUERIES];
	upstream_watch(server, polled);
	assert(poll(polled, RESOLVER_QUERIES, 30000) > 0);
	upstream_serve(server, polled);
}

/* The question as it came, behind its length, made an answer. */
static size_t take_question(int fd, uint8_t *bytes, size_t size)
{
	ssize_t length = recv(fd, bytes, size, 0);
	assert(length > RESOLVER_PREFIX + DNS_HEADER);
	bytes[RESOLVER_PREFIX + 2] |= 0x80;
	return (size_t)length;
}

int main(void)
{
	static const uint8_t question[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1 };
	static struct server server;
	uint8_t bytes[512];
	struct sockaddr_in address;
	int listener = listen_at(&address), connections = 0;
	for (size_t i = 0; i < RESOLVER_QUERIES; i++)
		server.queries[i].fd = -1;
	server.upstream.count = 1;
	memcpy(&server.upstream.items[0].address, &address, sizeof(address));
	server.upstream.items[0].length = sizeof(address);
	const struct asker asker = { .client = 0 };
	assert(upstream_ask(&server, question, sizeof(question), &asker));
	while (told < 0) {
		int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		assert(peer >= 0);
		serve(&server);
		size_t length = take_question(peer, bytes, sizeof(bytes));
		if (++connections == 1)
			bytes[RESOLVER_PREFIX] ^= 0xff;
		assert(send(peer, bytes, length, MSG_NOSIGNAL) == (ssize_t)length);
		/* Its length, and what is behind that. */
		while (told < 0 && !server.queries[0].connecting)
			serve(&server);
		close(peer);
	}
	printf("%d %d\n", told, connections);
	return 0;
}

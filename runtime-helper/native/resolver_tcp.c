/* Who asks by TCP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver_server.h"

#define PATIENCE_MS 5000
#define FULL_MS 100

static void hang_up(struct tcp_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	free(client->question);
	free(client->answer);
	client->question = client->answer = NULL;
	client->have = 0;
}

void tcp_clients_accept(struct server *server)
{
	int fd = accept4(server->tcp_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* No descriptor is left on this machine: who waits would be told of again at once. */
	if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		poll(NULL, 0, FULL_MS);
	for (size_t i = 0; fd >= 0 && i < RESOLVER_CLIENTS; i++) {
		struct tcp_client *client = &server->clients[i];
		if (client->fd >= 0 || client->asked)
			continue;
		*client = (struct tcp_client){ .fd = fd, .deadline = server->now + PATIENCE_MS };
		client->question = malloc(RESOLVER_PREFIX + RESOLVER_MOST_QUESTION);
		if (!client->question)
			hang_up(client);
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void send_answer(struct server *server, struct tcp_client *client)
{
	ssize_t count = send(client->fd, client->answer + client->sent, client->length - client->sent, MSG_NOSIGNAL);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count < 0) {
		hang_up(client);
		return;
	}
	client->sent += (size_t)count;
	client->deadline = server->now + PATIENCE_MS;
	if (client->sent < client->length)
		return;
	free(client->answer);
	client->answer = NULL;
}

void tcp_clients_answer(struct server *server, int index, const uint8_t *answer, size_t length)
{
	struct tcp_client *client = &server->clients[index];
	client->asked = false;
	if (client->fd < 0)
		return;
	client->answer = malloc(RESOLVER_PREFIX + length);
	if (!client->answer) {
		hang_up(client);
		return;
	}
	client->answer[0] = (uint8_t)(length >> 8);
	client->answer[1] = (uint8_t)length;
	memcpy(client->answer + RESOLVER_PREFIX, answer, length);
	client->length = RESOLVER_PREFIX + length;
	client->sent = 0;
	client->deadline = server->now + PATIENCE_MS;
	send_answer(server, client);
}

static void read_question(struct server *server, int index)
{
	struct tcp_client *client = &server->clients[index];
	size_t length = RESOLVER_PREFIX;
	if (client->have >= RESOLVER_PREFIX)
		length += (size_t)(client->question[0] << 8 | client->question[1]);
	if (length > RESOLVER_PREFIX + RESOLVER_MOST_QUESTION) {
		hang_up(client);
		return;
	}
	ssize_t count = recv(client->fd, client->question + client->have, length - client->have, 0);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count <= 0) {
		hang_up(client);
		return;
	}
	client->have += (size_t)count;
	if (length == RESOLVER_PREFIX || client->have < length)
		return;
	client->have = 0;
	client->asked = true;
	const struct asker asker = { .client = index };
	server_take(server, client->question + RESOLVER_PREFIX, length - RESOLVER_PREFIX, &asker);
}

void tcp_clients_watch(const struct server *server, struct pollfd polled[RESOLVER_CLIENTS])
{
	for (size_t i = 0; i < RESOLVER_CLIENTS; i++) {
		const struct tcp_client *client = &server->clients[i];
		/* One question at a time. */
		short events = client->answer ? POLLOUT : client->asked ? 0 : POLLIN;
		polled[i] = (struct pollfd){ client->fd, events, 0 };
	}
}

void tcp_clients_serve(struct server *server, const struct pollfd polled[RESOLVER_CLIENTS])
{
	for (int i = 0; i < RESOLVER_CLIENTS; i++) {
		struct tcp_client *client = &server->clients[i];
		if (client->fd < 0 || client->fd != polled[i].fd)
			continue;
		if (client->asked && !(polled[i].revents & (POLLHUP | POLLERR)))
			continue;
		if (client->asked || (!polled[i].revents && server->now >= client->deadline))
			hang_up(client);
		else if (polled[i].revents && client->answer)
			send_answer(server, client);
		else if (polled[i].revents)
			read_question(server, i);
	}
}

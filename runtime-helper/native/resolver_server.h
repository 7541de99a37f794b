/* The process that answers names: who asks by UDP and by TCP, and what is asked of other servers for them. */
#ifndef SKIFF_RESOLVER_SERVER_H
#define SKIFF_RESOLVER_SERVER_H

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "dns_message.h"
#include "dns_names.h"
#include "resolver_config.h"

#define RESOLVER_CLIENTS 16
#define RESOLVER_QUERIES 64
/* By TCP a message has its length before it (RFC 1035, 4.2.2). */
#define RESOLVER_PREFIX 2
#define RESOLVER_MOST_QUESTION DNS_MOST_SPACE

/* Whom an answer goes to: a client by TCP, or (-1) an address. */
struct asker {
	int client;
	struct sockaddr_in address;
};

/* A client by TCP: one question after the other. */
struct tcp_client {
	int fd; /* -1: nobody, or gone while `asked` */
	bool asked;
	uint8_t *question;
	size_t have;
	uint8_t *answer;
	size_t length, sent;
	uint64_t deadline;
};

/* A question that another server is asked. */
struct query {
	bool used;
	int fd;
	struct asker asker;
	bool by_tcp, connecting;
	uint8_t *message; /* behind a prefix, with an id of ours */
	size_t length;
	uint16_t id; /* the asker's */
	uint8_t *answer; /* by TCP */
	size_t have;
	size_t first; /* of the servers: who is asked before the others */
	unsigned attempts;
	uint64_t deadline;
};

struct server {
	int udp_fd, tcp_fd;
	struct dns_places places;
	int config_fd;
	struct resolver_config config;
	struct resolver_servers upstream;
	size_t preferred; /* of them: who answered last */
	struct tcp_client clients[RESOLVER_CLIENTS];
	struct query queries[RESOLVER_QUERIES];
	uint64_t now; /* CLOCK_MONOTONIC in ms */
};

/* Answers a question, or asks another server. */
void server_take(struct server *server, const uint8_t *message, size_t length, const struct asker *asker);
void server_answer(struct server *server, const struct asker *asker, const uint8_t *answer, size_t length);

/* Each of these has a descriptor to poll at the same place in `polled`; deadlines are for what is left. */
void tcp_clients_watch(const struct server *server, struct pollfd polled[RESOLVER_CLIENTS]);
void tcp_clients_serve(struct server *server, const struct pollfd polled[RESOLVER_CLIENTS]);
void tcp_clients_accept(struct server *server);
void tcp_clients_answer(struct server *server, int client, const uint8_t *answer, size_t length);

/* False: too many are under way. */
bool upstream_ask(struct server *server, const uint8_t *message, size_t length, const struct asker *asker);
void upstream_watch(const struct server *server, struct pollfd polled[RESOLVER_QUERIES]);
void upstream_serve(struct server *server, const struct pollfd polled[RESOLVER_QUERIES]);

#endif

/* The process that carries what comes to published ports: connections, and datagrams. */
#ifndef SKIFF_PROXY_SERVER_H
#define SKIFF_PROXY_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* What epoll tells of. */
struct source {
	enum { SOURCE_LISTENER, SOURCE_PORT, SOURCE_STREAM, SOURCE_DATAGRAMS } kind;
	int fd;
	uint32_t events; /* that are waited for */
	bool watched;
};

/* A published port: a socket that listens (SOURCE_LISTENER), or one for datagrams (SOURCE_PORT). */
struct listener {
	struct source source;
	int protocol;
	struct sockaddr_storage target; /* the container's */
	socklen_t length;
};

struct connection;
struct conversation;

struct proxy_server {
	int epoll_fd;
	struct listener *listeners;
	size_t count;
	/* No descriptor is left: nobody is let in before somebody has gone, or that time has come. 0: all are. */
	uint64_t full_until;
	struct connection *connections, *gone;
	/* Datagrams of one visitor at one port, the one that was used last first. */
	struct conversation *newest, *oldest;
	size_t conversations;
	uint64_t now; /* CLOCK_MONOTONIC in ms */
};

/* Waits for these events (EPOLLIN, EPOLLOUT) from now on. */
void source_watch(const struct proxy_server *server, struct source *source, uint32_t events);

/* Is told nothing of it any more, not even that it has left, before it is watched again. */
void source_ignore(const struct proxy_server *server, struct source *source);

void streams_accept(struct proxy_server *server, struct listener *listener);
/* Lets visitors in again when it is time. When it will be; UINT64_MAX: they are let in. */
uint64_t streams_resume(struct proxy_server *server);
void streams_serve(struct proxy_server *server, struct source *source, uint32_t events);
/* Frees those that have ended. Not while events are handed out, some of which may be theirs. */
void streams_sweep(struct proxy_server *server);
/* Passes on what containers have said. */
void streams_drain(struct proxy_server *server);

void datagrams_prepare(const struct listener *listener);
void datagrams_take(struct proxy_server *server, struct listener *listener);
void datagrams_answer(struct proxy_server *server, struct source *source);
/* Forgets conversations that have been quiet for too long; when the next one will have been. UINT64_MAX: there is none. */
uint64_t datagrams_forget(struct proxy_server *server);

#endif

/* Datagrams to published ports: who sends some from one place has a conversation with the container, until both are quiet. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "io.h"
#include "proxy_server.h"

/* As long as Docker's. */
#define QUIET_MS 90000
#define MOST 1024
#define AT_ONCE 32
#define LONGEST 65536

/* Where a datagram came from, and which of the host's addresses it was sent to: answers come from there. */
struct route {
	struct sockaddr_storage visitor;
	socklen_t length;
	union {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;
	} host;
};

struct conversation {
	struct source source; /* connected to the container */
	struct listener *listener;
	struct route route;
	uint64_t used;
	struct conversation *newer, *older;
};

static uint8_t bytes[LONGEST];

void datagrams_prepare(const struct listener *listener)
{
	const int on = 1;
	int family = AF_INET;
	socklen_t length = sizeof(family);
	getsockopt(listener->source.fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
	if (family == AF_INET)
		setsockopt(listener->source.fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	else
		setsockopt(listener->source.fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

static void take_out(struct proxy_server *server, struct conversation *one)
{
	*(one->newer ? &one->newer->older : &server->newest) = one->older;
	*(one->older ? &one->older->newer : &server->oldest) = one->newer;
	one->newer = one->older = NULL;
}

static void put_first(struct proxy_server *server, struct conversation *one)
{
	one->used = server->now;
	one->older = server->newest;
	*(server->newest ? &server->newest->newer : &server->oldest) = one;
	server->newest = one;
}

static void forget(struct proxy_server *server, struct conversation *one)
{
	take_out(server, one);
	close(one->source.fd);
	free(one);
	server->conversations--;
}

uint64_t datagrams_forget(struct proxy_server *server)
{
	while (server->oldest && (server->conversations > MOST || server->now >= server->oldest->used + QUIET_MS))
		forget(server, server->oldest);
	return server->oldest ? server->oldest->used + QUIET_MS : UINT64_MAX;
}

static bool is_same(const struct route *a, const struct route *b)
{
	/* Zero where nothing is said. */
	return a->length == b->length && memcmp(&a->visitor, &b->visitor, sizeof(a->visitor)) == 0 &&
	       memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

static struct conversation *find(const struct proxy_server *server, const struct listener *listener, const struct route *route)
{
	for (struct conversation *one = server->newest; one; one = one->older)
		if (one->listener == listener && is_same(&one->route, route))
			return one;
	return NULL;
}

static struct conversation *begin(struct proxy_server *server, struct listener *listener, const struct route *route)
{
	int fd = socket(listener->target.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct conversation *one = fd < 0 ? NULL : calloc(1, sizeof(*one));
	if (!one || connect(fd, (const struct sockaddr *)&listener->target, listener->length) < 0) {
		close_and_forget(&fd);
		free(one);
		return NULL;
	}
	one->source = (struct source){ .kind = SOURCE_DATAGRAMS, .fd = fd };
	one->listener = listener;
	one->route = *route;
	put_first(server, one);
	server->conversations++;
	source_watch(server, &one->source, EPOLLIN);
	return one;
}

/* Of what was sent to 0.0.0.0's or ::'s socket. The interface only counts where an address means nothing without it. */
static void read_route(struct msghdr *header, struct route *route)
{
	route->length = header->msg_namelen;
	for (struct cmsghdr *one = CMSG_FIRSTHDR(header); one; one = CMSG_NXTHDR(header, one)) {
		if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(one), sizeof(info));
			/* The address of the packet, which is also the one to answer from. */
			route->host.v4.ipi_spec_dst = info.ipi_addr;
		} else if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
			memcpy(&route->host.v6, CMSG_DATA(one), sizeof(route->host.v6));
			if (!IN6_IS_ADDR_LINKLOCAL(&route->host.v6.ipi6_addr))
				route->host.v6.ipi6_ifindex = 0;
		}
	}
}

void datagrams_take(struct proxy_server *server, struct listener *listener)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct route route = { 0 };
		_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(route.host))];
		struct iovec part = { bytes, sizeof(bytes) };
		struct msghdr header = { .msg_name = &route.visitor, .msg_namelen = sizeof(route.visitor), .msg_iov = &part,
					 .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
		ssize_t length = recvmsg(listener->source.fd, &header, MSG_DONTWAIT);
		if (length < 0)
			return;
		read_route(&header, &route);
		struct conversation *one = find(server, listener, &route);
		if (one) {
			take_out(server, one);
			put_first(server, one);
		} else {
			one = begin(server, listener, &route);
		}
		/* What can't be sent is lost, as datagrams are. */
		if (one)
			send(one->source.fd, bytes, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

static void answer(const struct conversation *one, size_t length)
{
	const struct route *route = &one->route;
	const bool v4 = route->visitor.ss_family == AF_INET;
	const size_t size = v4 ? sizeof(route->host.v4) : sizeof(route->host.v6);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(route->host))] = { 0 };
	struct iovec part = { bytes, length };
	struct msghdr header = { .msg_name = (void *)&route->visitor, .msg_namelen = route->length, .msg_iov = &part, .msg_iovlen = 1,
				 .msg_control = control, .msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *info = CMSG_FIRSTHDR(&header);
	info->cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
	info->cmsg_type = v4 ? IP_PKTINFO : IPV6_PKTINFO;
	info->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(info), &route->host, size);
	sendmsg(one->listener->source.fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void datagrams_answer(struct proxy_server *server, struct source *source)
{
	struct conversation *one = (struct conversation *)source;
	for (int i = 0; i < AT_ONCE; i++) {
		/* ECONNREFUSED: nobody listens in the container, yet. */
		ssize_t length = recv(source->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (length < 0 && errno != ECONNREFUSED)
			break;
		if (length >= 0)
			answer(one, (size_t)length);
	}
	take_out(server, one);
	put_first(server, one);
}

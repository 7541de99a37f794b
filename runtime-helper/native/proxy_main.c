/* The process that carries what comes to published ports: it comes with a visitor, and goes when there has been none for a while. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "attendant_filter.h"
#include "io.h"
#include "proxy.h"
#include "proxy_server.h"

#define IDLE_MS 5000
#define EVENTS 64

static struct sock_filter filter[] = {
	FILTER_BEGIN,
	FILTER_ALLOW_CALL(SYS_recvfrom),
	FILTER_ALLOW_CALL(SYS_sendto),
	FILTER_ALLOW_CALL(SYS_epoll_pwait),
#if defined(SYS_epoll_wait)
	FILTER_ALLOW_CALL(SYS_epoll_wait),
#endif
	FILTER_ALLOW_CALL(SYS_epoll_ctl),
	FILTER_ALLOW_CALL(SYS_accept4),
	FILTER_ALLOW_CALL(SYS_connect),
	FILTER_ALLOW_CALL(SYS_close),
	FILTER_ALLOW_CALL(SYS_shutdown),
	FILTER_ALLOW_CALL(SYS_recvmsg),
	FILTER_ALLOW_CALL(SYS_sendmsg),
	FILTER_ALLOW_CALL(SYS_setsockopt),
	FILTER_ALLOW_CALL(SYS_getsockopt),
	FILTER_ALLOW_CALL(SYS_clock_gettime),
	FILTER_ALLOW_CALL(SYS_brk),
	FILTER_ALLOW_CALL(SYS_munmap),
	FILTER_ALLOW_CALL(SYS_mremap),
	FILTER_ALLOW_CALL(SYS_madvise),
	FILTER_ALLOW_CALL(SYS_restart_syscall),
	FILTER_ALLOW_CALL(SYS_rt_sigreturn),
	FILTER_ALLOW_CALL(SYS_exit_group),
	FILTER_ALLOW_WITHOUT(SYS_mmap, 2, PROT_EXEC),
	FILTER_ALLOW_WITHOUT(SYS_mprotect, 2, PROT_EXEC),
	FILTER_END_WITH_INTERNET_SOCKETS,
};

static volatile sig_atomic_t told_to_end;

static void tell_to_end(int signal)
{
	(void)signal;
	told_to_end = 1;
}

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void source_watch(const struct proxy_server *server, struct source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };
	if (source->watched && source->events == events)
		return;
	epoll_ctl(server->epoll_fd, source->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, source->fd, &event);
	source->watched = true;
	source->events = events;
}

void source_ignore(const struct proxy_server *server, struct source *source)
{
	if (source->watched)
		epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source->watched = false;
}

static void hand_out(struct proxy_server *server, struct source *source, uint32_t events)
{
	switch (source->kind) {
	case SOURCE_LISTENER:
		streams_accept(server, (struct listener *)source);
		return;
	case SOURCE_PORT:
		datagrams_take(server, (struct listener *)source);
		return;
	case SOURCE_STREAM:
		streams_serve(server, source, events);
		return;
	case SOURCE_DATAGRAMS:
		datagrams_answer(server, source);
		return;
	}
}

/* Until there has been nothing to carry for a while, or somebody says that it is over. */
static void serve(struct proxy_server *server)
{
	struct epoll_event events[EVENTS];
	sigset_t none;
	sigemptyset(&none);
	for (uint64_t last = server->now; !told_to_end;) {
		const uint64_t quiet = datagrams_forget(server), resumed = streams_resume(server);
		uint64_t deadline = quiet < resumed ? quiet : resumed;
		if (!server->connections && server->conversations == 0) {
			if (server->now >= last + IDLE_MS)
				return;
			deadline = last + IDLE_MS < deadline ? last + IDLE_MS : deadline;
		}
		int timeout = deadline == UINT64_MAX ? -1 : deadline > server->now ? (int)(deadline - server->now) : 0;
		int count = epoll_pwait(server->epoll_fd, events, EVENTS, timeout, &none);
		server->now = now_ms();
		for (int i = 0; i < count; i++)
			hand_out(server, events[i].data.ptr, events[i].events);
		streams_sweep(server);
		if (count > 0)
			last = server->now;
	}
	streams_drain(server);
}

/* Those of the ports alone: the monitor's lock, above all, is the monitor's alone. */
static int keep_descriptors(const struct held_ports *ports)
{
	int highest = 2;
	for (size_t i = 0; i < ports->count; i++)
		if (ports->items[i].fd > highest)
			highest = ports->items[i].fd;
	CLEANUP_FREE bool *kept = calloc((size_t)highest + 1, sizeof(*kept));
	if (!kept)
		return -1;
	for (size_t i = 0; i < ports->count; i++)
		kept[ports->items[i].fd] = true;
	for (int fd = 3; fd <= highest; fd++)
		if (!kept[fd])
			close(fd);
	return (int)syscall(SYS_close_range, (unsigned)highest + 1, ~0U, 0U);
}

static int take_ports(struct proxy_server *server, const struct held_ports *ports)
{
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->listeners = calloc(ports->count, sizeof(*server->listeners));
	if (server->epoll_fd < 0 || !server->listeners)
		return -1;
	for (size_t i = 0; i < ports->count; i++) {
		const struct held_port *port = &ports->items[i];
		struct listener *listener = &server->listeners[server->count++];
		listener->protocol = port->rule.protocol;
		listener->source.kind = port->rule.protocol == IPPROTO_UDP ? SOURCE_PORT : SOURCE_LISTENER;
		listener->source.fd = port->fd;
		listener->length = address_to_socket(&port->target, ntohs(port->rule.port), &listener->target);
		if (listener->source.kind == SOURCE_PORT)
			datagrams_prepare(listener);
		source_watch(server, &listener->source, EPOLLIN);
	}
	return 0;
}

/* Two for each connection. */
static void allow_many_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int set_up(struct proxy_server *server, const struct proxy *proxy, pid_t monitor)
{
	struct sigaction action = { .sa_handler = tell_to_end };
	sigset_t end;
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	/* Only while it waits. */
	if (sigprocmask(SIG_BLOCK, &end, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0)
		return -1;
	allow_many_descriptors();
	if (keep_descriptors(proxy->ports) < 0 || take_ports(server, proxy->ports) < 0)
		return -1;
	server->now = now_ms();
	return attendant_confine(proxy->store, monitor, filter, ARRAY_LENGTH(filter));
}

void proxy_main(const void *proxy, pid_t monitor)
{
	static struct proxy_server server;
	prctl(PR_SET_NAME, "skiff-proxy");
	signal(SIGPIPE, SIG_IGN);
	if (set_up(&server, proxy, monitor) < 0)
		_exit(1);
	serve(&server);
	_exit(0);
}

#include "proxy.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

int proxy_open(struct proxy *proxy, const struct store *store, const struct held_ports *ports)
{
	if (ports->count == 0)
		return 0;
	CLEANUP_CLOSE int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return -1;
	for (size_t i = 0; i < ports->count; i++) {
		struct epoll_event event = { .events = EPOLLIN };
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ports->items[i].fd, &event) < 0)
			return -1;
	}
	*proxy = (struct proxy){ store, ports, take_fd(&epoll), ATTENDANT_NONE };
	return 0;
}

void proxy_finish(struct proxy *proxy)
{
	attendant_stop(&proxy->attendant, SIGTERM);
}

void proxy_close(struct proxy *proxy)
{
	proxy_finish(proxy);
	close_and_forget(&proxy->epoll_fd);
}

void proxy_watch(const struct proxy *proxy, struct pollfd polled[PROXY_SLOTS])
{
	polled[0] = (struct pollfd){ proxy && proxy->attendant.pid == 0 ? proxy->epoll_fd : -1, POLLIN, 0 };
	polled[1] = (struct pollfd){ proxy ? proxy->attendant.pid_fd : -1, POLLIN, 0 };
}

/* What killed who tried, or found nobody: one visitor is not to start one process after the other. */
static void turn_away(const struct held_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++) {
		const int fd = ports->items[i].fd;
		char byte;
		if (ports->items[i].rule.protocol == IPPROTO_UDP)
			for (int left = MOST_DROPPED; left > 0 && recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0; left--)
				;
		else
			for (int visitor, left = MOST_DROPPED; left > 0 && (visitor = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; left--)
				close(visitor);
	}
}

bool proxy_serve(struct proxy *proxy, const struct pollfd polled[PROXY_SLOTS])
{
	if (!proxy || proxy->epoll_fd < 0)
		return true;
	struct attendant *attendant = &proxy->attendant;
	bool goes_on = true;
	if (attendant->pid > 0 && polled[1].revents) {
		if (!attendant_reap(attendant))
			goes_on = false;
	} else if (attendant->pid == 0 && polled[0].revents) {
		goes_on = attendant_start(attendant, proxy_main, proxy);
	}
	if (!goes_on)
		turn_away(proxy->ports);
	return goes_on;
}

#include "resolver.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"
#include "resolver_sockets.h"

int resolver_open(struct resolver *resolver, const struct store *store, const char *id, int container_fd, int init_fd)
{
	if (resolver->udp_fd >= 0)
		return 0;
	*resolver = RESOLVER_INITIALLY;
	resolver->store = store;
	resolver->id = id;
	resolver->container_fd = container_fd;
	resolver->init_fd = init_fd;
	return resolver_sockets(init_fd, &resolver->udp_fd, &resolver->tcp_fd);
}

void resolver_close(struct resolver *resolver)
{
	attendant_stop(&resolver->attendant, SIGKILL);
	if (resolver->udp_fd >= 0)
		close(resolver->udp_fd);
	if (resolver->tcp_fd >= 0)
		close(resolver->tcp_fd);
	*resolver = RESOLVER_INITIALLY;
}

void resolver_watch(const struct resolver *resolver, struct pollfd polled[RESOLVER_SLOTS])
{
	const bool waiting = resolver && resolver->attendant.pid == 0;
	polled[0] = (struct pollfd){ waiting ? resolver->udp_fd : -1, POLLIN, 0 };
	polled[1] = (struct pollfd){ waiting ? resolver->tcp_fd : -1, POLLIN, 0 };
	polled[2] = (struct pollfd){ resolver ? resolver->attendant.pid_fd : -1, POLLIN, 0 };
}

/* What nobody could answer, or what killed who tried: one question is not to start one process after the other. */
static void drop_questions(const struct resolver *resolver)
{
	char byte;
	/* Who asks faster than we drop is not to keep us here. */
	for (int left = MOST_DROPPED; left > 0 && recv(resolver->udp_fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0; left--)
		;
	for (int fd, left = MOST_DROPPED; left > 0 && (fd = accept4(resolver->tcp_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; left--)
		close(fd);
}

bool resolver_serve(struct resolver *resolver, const struct pollfd polled[RESOLVER_SLOTS])
{
	if (!resolver || resolver->udp_fd < 0)
		return true;
	struct attendant *attendant = &resolver->attendant;
	bool goes_on = true;
	if (attendant->pid > 0 && polled[2].revents) {
		if (!attendant_reap(attendant))
			goes_on = false;
	} else if (attendant->pid == 0 && (polled[0].revents || polled[1].revents)) {
		goes_on = attendant_start(attendant, resolver_main, resolver);
	}
	if (!goes_on)
		drop_questions(resolver);
	return goes_on;
}

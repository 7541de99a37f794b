#include "resolver.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "resolver_sockets.h"

int resolver_open(struct resolver *resolver, const struct store *store, int container_fd, int init_fd)
{
	if (resolver->udp_fd >= 0)
		return 0;
	*resolver = RESOLVER_INITIALLY;
	resolver->store = store;
	resolver->container_fd = container_fd;
	resolver->init_fd = init_fd;
	return resolver_sockets(init_fd, &resolver->udp_fd, &resolver->tcp_fd);
}

static int reap(struct resolver *resolver)
{
	int status = 0;
	while (waitpid(resolver->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (resolver->pid_fd >= 0)
		close(resolver->pid_fd);
	resolver->pid = 0;
	resolver->pid_fd = -1;
	return status;
}

void resolver_close(struct resolver *resolver)
{
	if (resolver->pid > 0) {
		kill(resolver->pid, SIGKILL);
		reap(resolver);
	}
	if (resolver->udp_fd >= 0)
		close(resolver->udp_fd);
	if (resolver->tcp_fd >= 0)
		close(resolver->tcp_fd);
	*resolver = RESOLVER_INITIALLY;
}

void resolver_watch(const struct resolver *resolver, struct pollfd polled[RESOLVER_SLOTS])
{
	const bool waiting = resolver && resolver->pid == 0;
	polled[0] = (struct pollfd){ waiting ? resolver->udp_fd : -1, POLLIN, 0 };
	polled[1] = (struct pollfd){ waiting ? resolver->tcp_fd : -1, POLLIN, 0 };
	polled[2] = (struct pollfd){ resolver ? resolver->pid_fd : -1, POLLIN, 0 };
}

static void start(struct resolver *resolver)
{
	const pid_t monitor = getpid();
	pid_t pid = fork();
	if (pid == 0)
		resolver_main(resolver, monitor);
	if (pid < 0)
		return;
	resolver->pid = pid;
	resolver->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (resolver->pid_fd < 0) {
		kill(pid, SIGKILL);
		reap(resolver);
	}
}

/* What nobody could answer, or what killed who tried: one question is not to start one process after the other. */
static void drop_questions(const struct resolver *resolver)
{
	char byte;
	while (recv(resolver->udp_fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		;
	for (int fd; (fd = accept4(resolver->tcp_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0;)
		close(fd);
}

void resolver_serve(struct resolver *resolver, const struct pollfd polled[RESOLVER_SLOTS])
{
	if (!resolver || resolver->udp_fd < 0)
		return;
	if (resolver->pid > 0 && polled[2].revents) {
		int status = reap(resolver);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			drop_questions(resolver);
	} else if (resolver->pid == 0 && (polled[0].revents || polled[1].revents)) {
		start(resolver);
		if (resolver->pid == 0)
			drop_questions(resolver);
	}
}

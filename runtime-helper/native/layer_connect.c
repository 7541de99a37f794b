#include "layer_connect.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"
#include "monitor.h"

#define CONNECT_PATIENCE_MS 60000

bool is_socket_name(const char *text)
{
	size_t length = strlen(text);
	return length > 0 && length <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length && text[0] != '.';
}

/* The helper's own end, which its replies' socket shows, is waited for too. */
static int accept_helper(const struct store *store, int reply_fd, int listen_fd, struct failure *failure)
{
	struct pollfd waiting[] = { { listen_fd, POLLIN, 0 }, { reply_fd, 0, 0 } };
	struct ucred peer;
	socklen_t length = sizeof(peer);
	int ready;
	do
		ready = poll(waiting, 2, CONNECT_PATIENCE_MS);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0 || !waiting[0].revents)
		return fail_with(failure, STAGE_SOCKET, ECANCELED, "nobody came");
	CLEANUP_CLOSE int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return fail(failure, STAGE_SOCKET, "accept");
	if (peer.uid != store->owner_uid && peer.uid != 0)
		return fail_with(failure, STAGE_SOCKET, EPERM, "peer");
	return take_fd(&fd);
}

int layer_connect(const struct store *store, const struct request *request, int reply_fd, const char *name, struct failure *failure)
{
	CLEANUP_CLOSE int listen_fd = monitor_listen(store, store->run_fd, name, failure);
	if (listen_fd < 0)
		return -1;
	reply_event(reply_fd, request->id, "listening");
	int fd = accept_helper(store, reply_fd, listen_fd, failure);
	unlinkat(store->run_fd, name, 0);
	return fd;
}

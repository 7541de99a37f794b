#include "front_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "front_launch.h"
#include "front_message.h"
#include "io.h"

#define SOCKET_NAME "cli.sock"
#define LOCK_NAME "cli.lock"
#define LOG_TAIL 2048

/* sun_path holds 108 bytes (unix(7)): sockets are named through their directory's descriptor. */
static struct sockaddr_un address_of(int directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%.64s", directory, name);
	return address;
}

/* Nobody else may hear the caller's environment, or speak to his terminal. */
static int check_peer(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return -1;
	if (peer.uid == geteuid() || peer.uid == 0)
		return 0;
	errno = EPERM;
	return -1;
}

static int connect_at(int directory, const char *name)
{
	struct sockaddr_un address = address_of(directory, name);
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || check_peer(fd) < 0)
		return -1;
	return take_fd(&fd);
}

int front_connect_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash || slash - path >= PATH_MAX || strlen(slash + 1) > 64) {
		errno = ENAMETOOLONG;
		return -1;
	}
	char directory[PATH_MAX];
	snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	CLEANUP_CLOSE int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : connect_at(fd, slash + 1);
}

static bool nobody_listens(int error)
{
	return error == ENOENT || error == ECONNREFUSED;
}

static int listen_at(int directory)
{
	struct sockaddr_un address = address_of(directory, SOCKET_NAME);
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || (unlinkat(directory, SOCKET_NAME, 0) < 0 && errno != ENOENT))
		return -1;
	mode_t old = umask(0177);
	int bound = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(old);
	if (bound < 0 || listen(fd, SOMAXCONN) < 0)
		return -1;
	return take_fd(&fd);
}

/* Of several fronts that find no helper at once, the first starts one and the others find it. */
static int connect_or_launch(const struct front_store *store, int run, bool *started)
{
	CLEANUP_CLOSE int lock = openat(run, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return front_error("cannot lock %s/" LOCK_NAME ": %s", store->run, strerror(errno));
	CLEANUP_CLOSE int fd = connect_at(run, SOCKET_NAME);
	if (fd < 0 && !nobody_listens(errno))
		return front_error("cannot connect to %s/" SOCKET_NAME ": %s", store->run, strerror(errno));
	if (fd < 0) {
		CLEANUP_CLOSE int listener = listen_at(run);
		/* Our own connection waits in the backlog; no other copy of the listener stays here, or a helper that dies would not be missed. */
		fd = listener < 0 ? -1 : connect_at(run, SOCKET_NAME);
		if (fd < 0)
			return front_error("cannot listen on %s/" SOCKET_NAME ": %s", store->run, strerror(errno));
		if (front_launch(store, run, listener) < 0) {
			unlinkat(run, SOCKET_NAME, 0);
			return -1;
		}
		*started = true;
	}
	return take_fd(&fd);
}

/* 1 and a connection to the window's helper, 0 when there is none to ask, -1 after a message. */
static int connect_window(const struct front_store *store, int *fd)
{
	const char *path = getenv("SKIFF_SOCKET");
	if (store->named || !path || path[0] == '\0')
		return 0;
	*fd = front_connect_path(path);
	if (*fd >= 0)
		return 1;
	/* <run_root>/<id>/window-<pid>.sock: a helper of our own serves the same store, unless the window was set to another. */
	size_t length = strlen(store->run_root);
	const char *name = strrchr(path, '/');
	if (strncmp(path, store->run_root, length) == 0 && path[length] == '/' && name == path + length + 1 + strlen("01234567"))
		return 0;
	return front_error("the window of this terminal is gone (%s: %s): open a new terminal, or unset SKIFF_SOCKET", path,
			   strerror(errno));
}

int front_connect(struct front_store *store, struct front_connection *connection)
{
	*connection = (struct front_connection){ .fd = -1 };
	int found = connect_window(store, &connection->fd);
	if (found != 0)
		return found < 0 ? -1 : 0;
	CLEANUP_CLOSE int run = front_store_open(store);
	if (run < 0)
		return -1;
	connection->fd = connect_at(run, SOCKET_NAME);
	if (connection->fd < 0 && !nobody_listens(errno))
		return front_error("cannot connect to %s/" SOCKET_NAME ": %s", store->run, strerror(errno));
	if (connection->fd < 0)
		connection->fd = connect_or_launch(store, run, &connection->started);
	return connection->fd < 0 ? -1 : 0;
}

int front_explain_end(const struct front_store *store)
{
	char path[PATH_MAX];
	char text[LOG_TAIL + 1];
	snprintf(path, sizeof(path), "%.4000s/" HELPER_LOG_NAME, store->run);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t count = size <= 0 ? 0 : pread(fd, text, LOG_TAIL, size > LOG_TAIL ? size - LOG_TAIL : 0);
	if (count <= 0)
		return front_error("the helper ended as soon as it was started, and left nothing in %s", path);
	text[count] = '\0';
	while (count > 0 && strchr("\n ", text[count - 1]))
		text[--count] = '\0';
	const char *line = strrchr(text, '\n');
	const char *said = line ? line + 1 : text;
	static const char level[] = "error ";
	if (strncmp(said, level, strlen(level)) == 0)
		said += strlen(level);
	return front_error("the helper ended as soon as it was started: %s (more in %s)", said, path);
}

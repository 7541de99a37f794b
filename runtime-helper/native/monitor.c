#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io.h"

/* Without waiting a client that finds it full is refused (EAGAIN). */
#define BACKLOG 1024

static void point_at_null(int fd)
{
	CLEANUP_CLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0)
		dup2(null, fd);
}

void monitor_detach(int *reply_fd, const char *name)
{
	/* 1 belongs to the helper and to all its monitors: a copy that exec closes, so that 0-2 are free for null. */
	*reply_fd = fcntl(*reply_fd, F_DUPFD_CLOEXEC, 3);
	for (int fd = 0; fd < 3; fd++)
		point_at_null(fd);
	setsid();
	umask(0);
	prctl(PR_SET_NAME, name);
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTTOU, SIGTTIN };
	for (size_t i = 0; i < ARRAY_LENGTH(ignored); i++)
		signal(ignored[i], SIG_IGN);
	/* The spawner has its children reaped by the kernel; a monitor wants to know how its one ended. */
	signal(SIGCHLD, SIG_DFL);
}

void monitor_let_go(int *reply_fd)
{
	if (*reply_fd >= 0)
		close(*reply_fd);
	*reply_fd = -1;
}

/* What has the name now may be another file, in a folder of the user's: only a socket of ours becomes his. */
static int give_socket(const struct store *store, int directory_fd, const char *name)
{
	struct stat status;
	CLEANUP_CLOSE int fd = openat(directory_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	if (!S_ISSOCK(status.st_mode) || status.st_nlink != 1) {
		errno = EPERM;
		return -1;
	}
	return fchownat(fd, "", store->owner_uid, store->owner_gid, AT_EMPTY_PATH);
}

int monitor_listen(const struct store *store, int directory_fd, const char *name, struct failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	/* sun_path holds 108 bytes: the directory is named by its descriptor. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory_fd, name);
	unlinkat(directory_fd, name, 0);
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old = umask(0177);
	int bound = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(old);
	if (bound < 0 || listen(fd, BACKLOG) < 0 ||
	    (store->owner_uid != 0 && give_socket(store, directory_fd, name) < 0))
		return fail(failure, STAGE_SOCKET, name);
	return take_fd(&fd);
}

/* ends[0] is the process's, ends[1] ours. */
static int make_pipe(int ends[2], bool process_reads, struct failure *failure)
{
	int pair[2];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(failure, STAGE_TERMINAL, "pipe");
	ends[0] = pair[process_reads ? 0 : 1];
	ends[1] = pair[process_reads ? 1 : 0];
	if (fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0)
		return fail(failure, STAGE_TERMINAL, "pipe");
	return 0;
}

int monitor_stdio(const struct spec *spec, struct session *session, struct stdio *child, struct failure *failure)
{
	session->stdin_fd = session->stdout_fd = session->stderr_fd = -1;
	*child = (struct stdio){ .fds = { -1, -1, -1 } };
	if (spec->terminal)
		return 0;
	int ends[2];
	if (spec->stdin_mode == STDIN_NULL) {
		child->fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (child->fds[0] < 0)
			return fail(failure, STAGE_TERMINAL, "/dev/null");
	} else {
		if (make_pipe(ends, true, failure) < 0)
			return -1;
		child->fds[0] = ends[0];
		session->stdin_fd = ends[1];
	}
	int *ours[] = { &session->stdout_fd, &session->stderr_fd };
	for (int i = 0; i < 2; i++) {
		if (make_pipe(ends, false, failure) < 0)
			return -1;
		child->fds[i + 1] = ends[0];
		*ours[i] = ends[1];
	}
	return 0;
}

void monitor_close_child_ends(struct stdio *child)
{
	for (int i = 0; i < 3; i++)
		if (child->fds[i] >= 0)
			close(child->fds[i]);
	*child = (struct stdio){ .fds = { -1, -1, -1 } };
}

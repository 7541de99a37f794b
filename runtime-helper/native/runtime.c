#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "io.h"
#include "runtime_call.h"
#include "runtime_console.h"
#include "runtime_network.h"
#include "runtime_place.h"

/* Files of one call, beside each other's. */
struct paths {
	char pid[64], console[64], process[64];
};

static struct paths own_paths(void)
{
	struct paths paths;
	int number = (int)getpid();
	snprintf(paths.pid, sizeof(paths.pid), RUNTIME_PLACE "/pid-%d", number);
	snprintf(paths.console, sizeof(paths.console), RUNTIME_PLACE "/console-%d", number);
	snprintf(paths.process, sizeof(paths.process), RUNTIME_PLACE "/process-%d", number);
	return paths;
}

static pid_t read_pid(const char *path, struct failure *failure)
{
	char text[16] = { 0 };
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read_full(fd, text, sizeof(text) - 1);
	unlink(path);
	int pid = length <= 0 ? 0 : atoi(text);
	return pid > 1 ? pid : fail_with(failure, STAGE_RUNTIME, ESRCH, path);
}

int runtime_adopt(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Has the runtime make a process, which becomes our child: its pid and, when it has one, its terminal. */
static pid_t make_process(const struct runtime_call *call, const char *const *arguments, const struct paths *paths, int *master,
			  struct failure *failure)
{
	*master = -1;
	CLEANUP_CLOSE int console = call->spec->terminal ? runtime_console_listen(paths->console, failure) : -1;
	if (call->spec->terminal && console < 0)
		return -1;
	if (runtime_call(call, arguments, failure) < 0)
		return -1;
	pid_t pid = read_pid(paths->pid, failure);
	if (pid > 0 && console >= 0)
		*master = runtime_console_take(&console, paths->console, failure);
	/* Not every runtime heeds consoleSize. */
	const struct winsize size = { .ws_col = (unsigned short)call->spec->columns, .ws_row = (unsigned short)call->spec->rows };
	if (*master >= 0 && size.ws_col > 0)
		ioctl(*master, TIOCSWINSZ, &size);
	return console < 0 && call->spec->terminal && *master < 0 ? -1 : pid;
}

/* In a process of its own: speaks with the monitor as init does, and has PID 1 started when that says so. */
static _Noreturn void starter_main(const struct container *container, int master, int sync_fd)
{
	const struct runtime_call call = { .store = container->store, .spec = &container->spec };
	struct failure failure;
	if (master >= 0 && sync_send(sync_fd, SYNC_TERMINAL, master) < 0)
		_exit(125);
	close_and_forget(&master);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0 || sync_wait(sync_fd) != SYNC_GO)
		_exit(125);
	if (runtime_call(&call, (const char *const[]){ "start", NULL }, &failure) < 0)
		sync_die(sync_fd, &failure);
	_exit(0);
}

static _Noreturn void guard_main(int monitor_fd, int pid_fd)
{
	prctl(PR_SET_NAME, "skiff-guard");
	setsid();
	/* What the monitor has, its lock above all, is gone when the monitor is. */
	if (dup2(monitor_fd, 0) < 0 || dup2(pid_fd, 1) < 0 || syscall(SYS_close_range, 2U, ~0U, 0U) < 0)
		_exit(1);
	struct pollfd ends[] = { { .fd = 0, .events = POLLIN }, { .fd = 1, .events = POLLIN } };
	while (poll(ends, 2, -1) < 0 && errno == EINTR)
		;
	if (!ends[1].revents)
		syscall(SYS_pidfd_send_signal, 1, SIGKILL, NULL, 0);
	_exit(0);
}

/* PID 1 does not die with a monitor that is killed: only its first parent could have asked for that. Another process sees to it. */
static int begin_guard(const struct session *session, struct failure *failure)
{
	CLEANUP_CLOSE int monitor_fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (monitor_fd < 0)
		return fail(failure, STAGE_CLONE, "pidfd");
	pid_t pid = fork();
	if (pid == 0)
		guard_main(monitor_fd, session->pid_fd);
	return pid < 0 ? fail(failure, STAGE_CLONE, "fork") : 0;
}

static int begin_starter(struct container *container, int master, struct failure *failure)
{
	struct session *session = &container->session;
	int sync[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	container->starter = fork();
	if (container->starter == 0) {
		close(sync[0]);
		close(session->listen_fd);
		close_and_forget(&session->stdin_fd);
		starter_main(container, master, sync[1]);
	}
	close(sync[1]);
	session->sync_fd = sync[0];
	return container->starter < 0 ? fail(failure, STAGE_CLONE, "fork") : 0;
}

static int create(struct container *container, struct stdio *child, struct failure *failure)
{
	struct session *session = &container->session;
	const struct spec *spec = &container->spec;
	const struct paths paths = own_paths();
	const struct runtime_call call = { .store = container->store, .spec = spec, .stdio = spec->terminal ? NULL : child };
	const char *const arguments[] = { "create",	 "--bundle",	    RUNTIME_BUNDLE,
					  "--pid-file",	 paths.pid,	    spec->terminal ? "--console-socket" : NULL,
					  paths.console, NULL };
	int master;
	container->created = true;
	pid_t pid = make_process(&call, arguments, &paths, &master, failure);
	CLEANUP_CLOSE int terminal = master;
	if (pid < 0)
		return -1;
	session->pid = pid;
	session->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (session->pid_fd < 0)
		return fail(failure, STAGE_CLONE, "pidfd");
	return begin_guard(session, failure) < 0 ? -1 : begin_starter(container, terminal, failure);
}

int runtime_spawn(struct container *container, struct stdio *child, struct failure *failure)
{
	struct spec *spec = &container->spec;
	if (container->session.children_fd < 0)
		container->session.children_fd = runtime_adopt();
	if (runtime_place_make(container->store, spec, failure) < 0 || runtime_namespaces(container->store, spec, failure) < 0 ||
	    runtime_place_write(spec, RUNTIME_BUNDLE "/config.json", failure) < 0)
		return -1;
	return create(container, child, failure);
}

/* The starter has been told what to do, or has lost who could tell it. */
void runtime_delete(struct container *container)
{
	const struct runtime_call call = { .store = container->store, .spec = &container->spec };
	struct failure ignored;
	if (container->starter > 0)
		waitpid(container->starter, NULL, 0);
	container->starter = 0;
	if (!container->created)
		return;
	container->created = false;
	runtime_call(&call, (const char *const[]){ "delete", "--force", NULL }, &ignored);
	runtime_place_leave();
}

pid_t runtime_exec(const struct joining *joining, const struct stdio *child, int *sync_fd, struct failure *failure)
{
	const struct spec *spec = joining->spec;
	const struct paths paths = own_paths();
	const struct runtime_call call = { .store = joining->store, .spec = spec, .stdio = spec->terminal ? NULL : child,
					   .init = joining->init };
	const char *const arguments[] = { "exec",	 "--detach",	    "--process",
					  paths.process, "--pid-file",	    paths.pid,
					  spec->terminal ? "--console-socket" : NULL, paths.console, NULL };
	int sync[2], master;
	if (runtime_place_join(joining->init, failure) < 0 || runtime_place_write(spec, paths.process, failure) < 0)
		return -1;
	pid_t pid = make_process(&call, arguments, &paths, &master, failure);
	CLEANUP_CLOSE int terminal = master;
	unlink(paths.process);
	if (pid < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	/* It runs: all that a process of ours would say until then. */
	if (terminal >= 0)
		sync_send(sync[1], SYNC_TERMINAL, terminal);
	sync_send(sync[1], SYNC_READY, -1);
	close(sync[1]);
	*sync_fd = sync[0];
	return pid;
}

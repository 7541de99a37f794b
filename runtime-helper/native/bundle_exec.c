#include "bundle_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle_talk.h"
#include "cgroup.h"
#include "cgroup1.h"
#include "enter.h"
#include "exec_terminal.h"
#include "init.h"
#include "io.h"

static int join_cgroups(const struct spec *spec)
{
	const struct store store = { .cgroup_path = spec->bundle.cgroup };
	if (cgroup1_make_all(&store, getpid()) < 0)
		return -1;
	CLEANUP_CLOSE int group = cgroup_open_path(spec->bundle.cgroup);
	return group < 0 ? 0 : write_existing(group, "cgroup.procs", "0");
}

/* The process itself, with all but the user's program. */
static _Noreturn void process_main(const struct spec *spec, int sync_fd)
{
	struct failure failure;
	struct stdio stdio = { .fds = { 0, 1, 2 } };
	prctl(PR_SET_DUMPABLE, 0);
	if (spec->terminal)
		stdio = exec_terminal(spec, sync_fd);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0 || sync_wait(sync_fd) != SYNC_GO)
		_exit(125);
	process_exec(spec, &stdio, sync_fd, &failure);
	sync_die(sync_fd, &failure);
}

/* Joins what the container has of its own, and makes the process as its parent's child (CLONE_PARENT). */
static _Noreturn void join_main(const struct spec *spec, int init_fd, int join_fd, int sync_fd)
{
	const int all = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
	const int namespaces = enter_namespaces(spec->bundle.init, all);
	struct failure failure;
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if (join_cgroups(spec) < 0) {
		fail(&failure, STAGE_CGROUP, spec->bundle.cgroup);
		sync_die(sync_fd, &failure);
	}
	if (setns(init_fd, namespaces) < 0 ||
	    ((namespaces & CLONE_NEWUSER) && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))) {
		fail(&failure, STAGE_JOIN, "namespaces");
		sync_die(sync_fd, &failure);
	}
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close(join_fd);
		process_main(spec, sync_fd);
	}
	send(join_fd, &pid, sizeof(pid), MSG_NOSIGNAL);
	_exit(pid < 0);
}

/* The pid, or -1: what was said at `sync_fd` tells why. */
static pid_t spawn(const struct spec *spec, int *sync_fd, struct failure *failure)
{
	int sync[2], join[2];
	pid_t pid = -1;
	CLEANUP_CLOSE int init_fd = (int)syscall(SYS_pidfd_open, spec->bundle.init, 0);
	if (init_fd < 0)
		return fail(failure, STAGE_JOIN, "init");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, join) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	pid_t joiner = fork();
	if (joiner == 0) {
		close(sync[0]);
		close(join[0]);
		join_main(spec, init_fd, join[1], sync[1]);
	}
	close(sync[1]);
	close(join[1]);
	*sync_fd = sync[0];
	if (joiner < 0)
		return fail(failure, STAGE_CLONE, "fork");
	if (recv(join[0], &pid, sizeof(pid), 0) != sizeof(pid))
		pid = -1;
	close(join[0]);
	waitpid(joiner, NULL, 0);
	return pid;
}

/* Until exec has worked, which the end of `sync_fd` tells. */
static int follow(const struct spec *spec, int sync_fd, pid_t pid, struct failure *failure)
{
	bool ready = false;
	for (;;) {
		union sync_text message;
		int terminal;
		ssize_t length = bundle_receive(sync_fd, &message, &terminal);
		CLEANUP_CLOSE int taken = terminal;
		if (length <= 0)
			return ready ? 0 : fail_with(failure, STAGE_JOIN, ESRCH, "process");
		if (message.type == SYNC_FAILED && length == sizeof(message.failed)) {
			*failure = message.failed.failure;
			return -1;
		}
		if (message.type == SYNC_TERMINAL &&
		    bundle_hand_terminal_over(spec->bundle.console_socket, taken, failure) < 0) {
			kill(pid, SIGKILL);
			return -1;
		}
		if (message.type == SYNC_READY)
			ready = sync_send(sync_fd, SYNC_GO, -1) == 0;
	}
}

int bundle_exec(int channel, const struct request *request)
{
	struct spec spec;
	struct failure failure;
	int sync_fd = -1;
	if (spec_parse(&spec, request, &failure) < 0) {
		reply_error(channel, request->id, &failure);
		return 1;
	}
	pid_t pid = -1;
	if (spec.bundle.init <= 1 || !spec.bundle.cgroup)
		fail_with(&failure, STAGE_REQUEST, EINVAL, "init-pid and cgroup-path");
	else
		pid = spawn(&spec, &sync_fd, &failure);
	if (sync_fd >= 0 ? follow(&spec, sync_fd, pid, &failure) < 0 : pid < 0) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		reply_error(channel, request->id, &failure);
		return 1;
	}
	bundle_tell(channel, request->id, pid, "created");
	bundle_tell_end(channel, request->id, spec.bundle.wait ? pid : 0);
	return 0;
}

#include "join_spawn.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_join.h"
#include "enter.h"
#include "exec_terminal.h"
#include "init.h"
#include "io.h"
#include "monitor.h"
#include "runtime.h"

/* The process itself: everything but the pid namespace has been joined by its parent. */
static _Noreturn void child_main(const struct joining *joining, struct stdio stdio, int sync_fd)
{
	struct spec own = *joining->spec;
	const struct spec *spec = &own;
	struct failure failure;
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if (spec->terminal)
		stdio = exec_terminal(spec, sync_fd);
	if (joining->enters && enter_directory(joining->store, &own, &failure) < 0)
		sync_die(sync_fd, &failure);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0 || sync_wait(sync_fd) != SYNC_GO)
		_exit(125);
	process_exec(spec, &stdio, &failure);
	sync_die(sync_fd, &failure);
}

/* Joins the container, and makes the process as its parent's child (CLONE_PARENT): the monitor itself stays on the host. `join_fd`
 * takes the pid, `sync_fd` what the process says. */
static _Noreturn void join_main(const struct joining *joining, struct stdio stdio, int join_fd, int sync_fd)
{
	const int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
	const int namespaces = joining->enters ? enter_namespaces(joining->init, joining->spec->joins) : all;
	struct failure failure;
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if ((!joining->enters || (joining->spec->joins & CLONE_NEWCGROUP)) && cgroup_join(joining->store, joining->spec->id, joining->init) < 0) {
		fail(&failure, STAGE_CGROUP, joining->spec->id);
		sync_die(sync_fd, &failure);
	}
	if (namespaces != 0 && setns(joining->init_fd, namespaces) < 0) {
		fail(&failure, STAGE_JOIN, joining->spec->id);
		sync_die(sync_fd, &failure);
	}
	/* The pid that clone(2) returns is of our own pid namespace, which setns leaves as it is. */
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close(join_fd);
		child_main(joining, stdio, sync_fd);
	}
	send(join_fd, &pid, sizeof(pid), MSG_NOSIGNAL);
	_exit(pid < 0);
}

/* The pid, or why there is none. */
static pid_t receive_pid(const struct joining *joining, int join_fd, int sync_fd, struct failure *failure)
{
	pid_t pid = -1;
	struct sync_failure message;
	if (recv(join_fd, &pid, sizeof(pid), 0) == sizeof(pid) && pid > 0)
		return pid;
	if (recv(sync_fd, &message, sizeof(message), MSG_DONTWAIT) == sizeof(message) && message.type == SYNC_FAILED)
		*failure = message.failure;
	else
		fail_with(failure, STAGE_JOIN, ESRCH, joining->spec->id);
	return -1;
}

pid_t join_spawn(const struct joining *joining, struct stdio *child, int *sync_fd, struct failure *failure)
{
	int sync[2], join[2];
	if (joining->spec->runtime.path && !joining->enters) {
		pid_t made = runtime_exec(joining, child, sync_fd, failure);
		monitor_close_child_ends(child);
		return made;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, join) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	pid_t joiner = fork();
	if (joiner < 0)
		return fail(failure, STAGE_CLONE, "fork");
	if (joiner == 0) {
		close(sync[0]);
		close(join[0]);
		join_main(joining, *child, join[1], sync[1]);
	}
	close(sync[1]);
	close(join[1]);
	monitor_close_child_ends(child);
	*sync_fd = sync[0];
	pid_t pid = receive_pid(joining, join[0], sync[0], failure);
	close(join[0]);
	waitpid(joiner, NULL, 0);
	return pid;
}

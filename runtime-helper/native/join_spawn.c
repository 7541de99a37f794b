#include "join_spawn.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
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
	process_exec(spec, &stdio, sync_fd, &failure);
	sync_die(sync_fd, &failure);
}

/* The process: our parent's child as we are (CLONE_PARENT), and in the container's cgroup of version 2 from the first: who is moved there waits,
 * and all forks of the machine with him, for an RCU grace period (some 10 ms). `entered`: the kernel has done it. */
static pid_t clone_sibling(const struct cgroup_doors *doors, bool *entered)
{
	/* The signal of its end is ours (clone(2)): SIGCHLD. */
	struct clone_args arguments = { .flags = CLONE_PARENT | CLONE_INTO_CGROUP, .cgroup = (uint64_t)doors->version2 };
	pid_t pid = doors->version2 < 0 ? -1 : (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	*entered = pid >= 0;
	/* Its limit of processes is reached, which keeps nobody out who comes from outside. */
	return pid >= 0 ? pid : (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* Who may trace others in the container (CAP_SYS_PTRACE) sees the process from its first moment on: nothing of the store's or the monitor's
 * is open in it. */
static int keep_for_joining(const struct joining *joining, const struct stdio *stdio, const struct cgroup_doors *doors, int join_fd, int sync_fd)
{
	int kept[7 + MOST_HIERARCHIES] = { stdio->fds[0], stdio->fds[1], stdio->fds[2], join_fd, sync_fd, joining->init_fd, doors->version2 };
	memcpy(kept + 7, doors->procs, doors->count * sizeof(doors->procs[0]));
	return close_others(3, kept, 7 + doors->count);
}

/* Joins the container, and makes the process as its parent's child: the monitor itself stays on the host, and we who make it are not counted
 * in the container's cgroups. `join_fd` takes the pid, `sync_fd` what the process says. */
static _Noreturn void join_main(const struct joining *joining, struct stdio stdio, int join_fd, int sync_fd)
{
	const int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
	const int namespaces = joining->enters ? enter_namespaces(joining->init, joining->spec->joins) : all;
	struct failure failure;
	struct cgroup_doors doors = { .version2 = -1 };
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if ((!joining->enters || (joining->spec->joins & CLONE_NEWCGROUP)) &&
	    cgroup_doors_open(joining->store, joining->spec->id, joining->init, &doors) < 0) {
		fail(&failure, STAGE_CGROUP, joining->spec->id);
		sync_die(sync_fd, &failure);
	}
	/* With "nsdelegate" a group is not entered from outside by who is already in its namespace (cgroup-v2.rst, "Delegation"). */
	const int first = namespaces & ~CLONE_NEWCGROUP;
	if (first != 0 && setns(joining->init_fd, first) < 0) {
		fail(&failure, STAGE_JOIN, joining->spec->id);
		sync_die(sync_fd, &failure);
	}
	if (keep_for_joining(joining, &stdio, &doors, join_fd, sync_fd) < 0) {
		fail(&failure, STAGE_CONFINE, "descriptors");
		sync_die(sync_fd, &failure);
	}
	/* The pid that clone(2) returns is of our own pid namespace, which setns leaves as it is. */
	bool entered;
	pid_t pid = clone_sibling(&doors, &entered);
	if (pid == 0) {
		close(join_fd);
		if (cgroup_doors_enter(&doors, !entered) < 0) {
			fail(&failure, STAGE_CGROUP, joining->spec->id);
			sync_die(sync_fd, &failure);
		}
		if (first != namespaces && setns(joining->init_fd, CLONE_NEWCGROUP) < 0) {
			fail(&failure, STAGE_JOIN, joining->spec->id);
			sync_die(sync_fd, &failure);
		}
		cgroup_doors_close(&doors);
		close(joining->init_fd);
		child_main(joining, stdio, sync_fd);
	}
	if (pid < 0) {
		fail(&failure, STAGE_CLONE, "clone");
		sync_die(sync_fd, &failure);
	}
	send(join_fd, &pid, sizeof(pid), MSG_NOSIGNAL);
	_exit(0);
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
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	CLEANUP_CLOSE int ours = sync[0], theirs = sync[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, join) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	CLEANUP_CLOSE int told = join[0], tells = join[1];
	pid_t joiner = fork();
	if (joiner < 0)
		return fail(failure, STAGE_CLONE, "fork");
	if (joiner == 0) {
		close(ours);
		close(told);
		join_main(joining, *child, tells, theirs);
	}
	close_and_forget(&theirs);
	close_and_forget(&tells);
	monitor_close_child_ends(child);
	pid_t pid = receive_pid(joining, told, ours, failure);
	waitpid(joiner, NULL, 0);
	*sync_fd = take_fd(&ours);
	return pid;
}

/* The verbs `exec` and `enter`: one more process in a container that runs, or in some of its namespaces, with a monitor of its own. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_join.h"
#include "enter.h"
#include "init.h"
#include "io.h"
#include "join.h"
#include "monitor.h"
#include "rootfs.h"

struct exec_session {
	const struct store *store;
	const struct request *request;
	int reply_fd;
	struct spec spec;
	bool enters;
	pid_t init;
	int run_fd; /* <run>/containers/<id> */
	char socket[32];
	struct session session;
};

/* A pty of the devpts of the files that the process has, seen from inside: `tty` says /dev/pts/N. */
static int make_terminal(const struct spec *spec, int fds[2], struct failure *failure)
{
	CLEANUP_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_CLOSE int master = root < 0 ? -1 : rootfs_open(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	unsigned number;
	int unlock = 0;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
		return fail(failure, STAGE_TERMINAL, "/dev/pts/ptmx");
	struct winsize size = { .ws_col = (unsigned short)spec->columns, .ws_row = (unsigned short)spec->rows };
	if (spec->columns > 0)
		ioctl(master, TIOCSWINSZ, &size);
	char path[32];
	snprintf(path, sizeof(path), "/dev/pts/%u", number);
	fds[1] = rootfs_open(root, path, O_RDWR | O_NOCTTY);
	if (fds[1] < 0)
		return fail(failure, STAGE_TERMINAL, path);
	fds[0] = take_fd(&master);
	return 0;
}

/* The process itself: everything but the pid namespace has been joined by its parent. */
static _Noreturn void child_main(const struct exec_session *exec, struct stdio stdio, int sync_fd)
{
	struct spec own = exec->spec;
	const struct spec *spec = &own;
	struct failure failure;
	int terminal[2] = { -1, -1 };
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if (spec->terminal) {
		if (make_terminal(spec, terminal, &failure) < 0)
			sync_die(sync_fd, &failure);
		if (sync_send(sync_fd, SYNC_TERMINAL, terminal[0]) < 0)
			_exit(125);
		close(terminal[0]);
		stdio = (struct stdio){ .fds = { terminal[1], terminal[1], terminal[1] }, .terminal = true };
	}
	if (exec->enters && enter_directory(exec->store, &own, &failure) < 0)
		sync_die(sync_fd, &failure);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0 || sync_wait(sync_fd) != SYNC_GO)
		_exit(125);
	process_exec(spec, &stdio, &failure);
	sync_die(sync_fd, &failure);
}

/* Joins the container, and makes the process as its parent's child (CLONE_PARENT): the monitor itself stays on the host. `join_fd`
 * takes the pid, `sync_fd` what the process says. */
static _Noreturn void join_main(const struct exec_session *exec, int init_fd, struct stdio stdio, int join_fd, int sync_fd)
{
	const int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
	const int namespaces = exec->enters ? enter_namespaces(exec->init, exec->spec.joins) : all;
	struct failure failure;
	/* Processes of the container must not look into us while we are still the host's program: ptrace(2), /proc/PID/exe. */
	prctl(PR_SET_DUMPABLE, 0);
	if ((!exec->enters || (exec->spec.joins & CLONE_NEWCGROUP)) && cgroup_join(exec->store, exec->spec.id, exec->init) < 0) {
		fail(&failure, STAGE_CGROUP, exec->spec.id);
		sync_die(sync_fd, &failure);
	}
	if (namespaces != 0 && setns(init_fd, namespaces) < 0) {
		fail(&failure, STAGE_JOIN, exec->spec.id);
		sync_die(sync_fd, &failure);
	}
	/* The pid that clone(2) returns is of our own pid namespace, which setns leaves as it is. */
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close(join_fd);
		child_main(exec, stdio, sync_fd);
	}
	send(join_fd, &pid, sizeof(pid), MSG_NOSIGNAL);
	_exit(pid < 0);
}

/* The pid, or why there is none. */
static pid_t receive_pid(struct exec_session *exec, int join_fd, struct failure *failure)
{
	pid_t pid = -1;
	struct sync_failure message;
	if (recv(join_fd, &pid, sizeof(pid), 0) == sizeof(pid) && pid > 0)
		return pid;
	if (recv(exec->session.sync_fd, &message, sizeof(message), MSG_DONTWAIT) == sizeof(message) && message.type == SYNC_FAILED)
		*failure = message.failure;
	else
		fail_with(failure, STAGE_JOIN, ESRCH, exec->spec.id);
	return -1;
}

static int spawn(struct exec_session *exec, int init_fd, struct failure *failure)
{
	struct session *session = &exec->session;
	struct stdio child;
	int sync[2], join[2];
	if (monitor_stdio(&exec->spec, session, &child, failure) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, join) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	pid_t joiner = fork();
	if (joiner < 0)
		return fail(failure, STAGE_CLONE, "fork");
	if (joiner == 0) {
		close(sync[0]);
		close(join[0]);
		join_main(exec, init_fd, child, join[1], sync[1]);
	}
	close(sync[1]);
	close(join[1]);
	monitor_close_child_ends(&child);
	session->sync_fd = sync[0];
	pid_t pid = receive_pid(exec, join[0], failure);
	close(join[0]);
	waitpid(joiner, NULL, 0);
	if (pid < 0)
		return -1;
	session->pid = pid;
	session->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return session->pid_fd < 0 ? fail(failure, STAGE_JOIN, exec->spec.id) : 0;
}

/* exec has worked. */
static void on_started(struct session *session)
{
	struct exec_session *exec = session->context;
	char pid[16];
	snprintf(pid, sizeof(pid), "%d", (int)session->pid);
	reply_ok(exec->reply_fd, exec->request->id, 1, (const char *const[]){ pid });
	monitor_let_go(&exec->reply_fd);
}

static int set_up(struct exec_session *exec, struct failure *failure)
{
	char path[80];
	if (!exec->spec.session)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "session");
	CLEANUP_CLOSE int init_fd = join_open_init(exec->store, exec->spec.id, &exec->init, failure);
	if (init_fd < 0)
		return -1;
	snprintf(path, sizeof(path), "containers/%s", exec->spec.id);
	exec->run_fd = open_beneath(exec->store->run_fd, path, O_RDONLY | O_DIRECTORY, 0);
	if (exec->run_fd < 0)
		return fail(failure, STAGE_STORE, path);
	snprintf(exec->socket, sizeof(exec->socket), "exec-%s.sock", exec->spec.session);
	exec->session.listen_fd = monitor_listen(exec->store, exec->run_fd, exec->socket, failure);
	if (exec->session.listen_fd < 0)
		return -1;
	reply_event(exec->reply_fd, exec->request->id, "listening");
	if (spawn(exec, init_fd, failure) < 0)
		return -1;
	return session_start(&exec->session, failure);
}

static int run_monitor(const struct store *store, const struct request *request, int reply_fd, bool enters)
{
	struct exec_session exec = { .store = store, .request = request, .reply_fd = reply_fd, .enters = enters, .run_fd = -1 };
	exec.session = (struct session){ .spec = &exec.spec, .owner_uid = store->owner_uid, .pid_fd = -1, .sync_fd = -1,
					 .listen_fd = -1, .log = LOG_INITIALLY, .started = on_started, .context = &exec };
	struct failure failure;
	monitor_detach(&exec.reply_fd, "skiff-exec");
	log_open_memory(&exec.session.log);
	int result = spec_parse(&exec.spec, request, &failure);
	if (result == 0 && enters)
		result = enter_identify(store, &exec.spec, &failure);
	if (result == 0)
		result = set_up(&exec, &failure);
	if (result < 0)
		reply_error(exec.reply_fd, request->id, &failure);
	int status = result < 0 ? 0 : session_run(&exec.session);
	if (exec.run_fd >= 0)
		unlinkat(exec.run_fd, exec.socket, 0);
	if (result < 0)
		return 1;
	session_finish(&exec.session, exit_code_of(status));
	return 0;
}

int monitor_exec(const struct store *store, const struct request *request, int reply_fd)
{
	return run_monitor(store, request, reply_fd, false);
}

int monitor_enter(const struct store *store, const struct request *request, int reply_fd)
{
	return run_monitor(store, request, reply_fd, true);
}

/* One health check, in a process of its own: runs the command, keeps the time, and leaves what came of it in the container's folder. */
#include "health.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "health_record.h"
#include "init.h"
#include "join_spawn.h"

enum slot { SLOT_CANCELED, SLOT_SYNC, SLOT_OUTPUT, SLOT_PROCESS, SLOTS };

struct check {
	struct health *health;
	struct spec spec;
	pid_t pid;
	struct pollfd polled[SLOTS];
	struct health_result result;
};

/* From now on our end is the monitor's wish, or its own end, and comes over a descriptor. */
static int watch_for_cancel(pid_t monitor)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != monitor)
		_exit(1);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* PID 1's process, but for its command and its stdio. */
static struct spec spec_of_check(const struct spec *init)
{
	struct spec spec = *init;
	spec.arguments = init->health.arguments;
	spec.terminal = spec.init = false;
	memcpy(spec.runtime.process, init->runtime.check, sizeof(spec.runtime.process));
	return spec;
}

static int open_stdio(struct check *check, struct stdio *child, struct failure *failure)
{
	int ends[2];
	*child = (struct stdio){ .fds = { open("/dev/null", O_RDONLY | O_CLOEXEC), -1, -1 } };
	if (child->fds[0] < 0 || pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return fail(failure, STAGE_TERMINAL, "pipe");
	child->fds[1] = ends[1];
	child->fds[2] = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
	check->polled[SLOT_OUTPUT].fd = ends[0];
	return child->fds[2] < 0 ? fail(failure, STAGE_TERMINAL, "pipe") : 0;
}

static int spawn(struct check *check, struct failure *failure)
{
	const struct container *container = check->health->container;
	const struct joining joining = { .store = container->store, .spec = &check->spec, .init = container->session.pid,
					 .init_fd = container->session.pid_fd };
	struct stdio child;
	/* Ours as long as we are: what is left then is the monitor's. */
	if (check->spec.runtime.path)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (open_stdio(check, &child, failure) < 0)
		return -1;
	check->pid = join_spawn(&joining, &child, &check->polled[SLOT_SYNC].fd, failure);
	if (check->pid < 0)
		return -1;
	check->polled[SLOT_PROCESS].fd = (int)syscall(SYS_pidfd_open, check->pid, 0);
	return check->polled[SLOT_PROCESS].fd < 0 ? fail(failure, STAGE_JOIN, "pidfd") : 0;
}

/* With what it has started and what has not left its process group. */
static int kill_command(struct check *check)
{
	int status = 0;
	if (check->pid <= 0)
		return 0;
	if (kill(-check->pid, SIGKILL) < 0)
		kill(check->pid, SIGKILL);
	while (waitpid(check->pid, &status, 0) < 0 && errno == EINTR)
		;
	check->pid = 0;
	return status;
}

static void read_output(struct check *check)
{
	char bytes[4096];
	ssize_t count = read(check->polled[SLOT_OUTPUT].fd, bytes, sizeof(bytes));
	if (count > 0)
		health_result_add(&check->result, bytes, (size_t)count);
	else if (count == 0 || errno != EAGAIN)
		close_and_forget(&check->polled[SLOT_OUTPUT].fd);
}

/* What it wrote before its end is in the pipe. Who else has the other end may go on writing: not for ever. */
static void drain_output(struct check *check)
{
	struct pollfd *output = &check->polled[SLOT_OUTPUT];
	for (int rounds = 0; rounds < 64 && output->fd >= 0 && poll(output, 1, 0) > 0; rounds++)
		read_output(check);
}

/* True when exec has failed. */
static bool read_sync(struct check *check)
{
	struct sync_failure message = { 0 };
	int *fd = &check->polled[SLOT_SYNC].fd;
	ssize_t length = *fd < 0 ? 0 : recv(*fd, &message, sizeof(message), MSG_DONTWAIT);
	if (length > 0 && message.type == SYNC_READY)
		sync_send(*fd, SYNC_GO, -1);
	else if (length == 0)
		close_and_forget(fd);
	if (length != sizeof(message) || message.type != SYNC_FAILED)
		return false;
	health_result_fail(&check->result, &message.failure);
	return true;
}

/* True: it is over, and the result says how. */
static bool serve_once(struct check *check, uint64_t deadline)
{
	const uint64_t now = monotonic_ms();
	struct pollfd *polled = check->polled;
	int ready = now >= deadline ? 0 : poll(polled, SLOTS, deadline - now > INT32_MAX ? INT32_MAX : (int)(deadline - now));
	if (ready < 0)
		return false;
	if (polled[SLOT_CANCELED].revents) {
		kill_command(check);
		_exit(1);
	}
	if (ready == 0 && monotonic_ms() >= deadline) {
		kill_command(check);
		drain_output(check);
		check->result.timed_out = true;
		return true;
	}
	if (polled[SLOT_OUTPUT].revents)
		read_output(check);
	if (polled[SLOT_SYNC].revents && read_sync(check))
		return true;
	if (!polled[SLOT_PROCESS].revents || read_sync(check))
		return polled[SLOT_PROCESS].revents != 0;
	drain_output(check);
	int status = 0;
	while (waitpid(check->pid, &status, 0) < 0 && errno == EINTR)
		;
	check->pid = 0;
	check->result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

void health_check_main(struct health *health, pid_t monitor)
{
	struct container *container = health->container;
	const uint64_t deadline = health->begun + container->spec.health.timeout;
	const int kept[] = { container->container_fd, container->session.pid_fd, container->store->cgroup_fd };
	static struct check check;
	struct failure failure;
	prctl(PR_SET_NAME, "skiff-health");
	/* What is the monitor's: a client that it leaves must see it leave, and its lock is its own. */
	if (close_others(3, kept, ARRAY_LENGTH(kept)) < 0)
		_exit(1);
	for (size_t i = 0; i < SLOTS; i++)
		check.polled[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	check.polled[SLOT_CANCELED].fd = watch_for_cancel(monitor);
	check.health = health;
	check.spec = spec_of_check(&container->spec);
	check.result.begun = format_now(9);
	if (spawn(&check, &failure) < 0)
		health_result_fail(&check.result, &failure);
	else
		while (!serve_once(&check, deadline))
			;
	kill_command(&check);
	const bool passed = health_result_passed(&check.result);
	health_count(health, passed);
	health_record(container, health, &check.result);
	_exit(passed ? 0 : check.result.timed_out ? 128 + SIGKILL : check.result.exit_code > 0 ? check.result.exit_code : 1);
}

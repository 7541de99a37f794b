#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

static _Noreturn void hook_main(const struct hook_spec *hook, int input)
{
	static const char *const nothing[] = { NULL };
	const char *const *environment = hook->environment.count > 0 ? hook->environment.items : nothing;
	const char *const alone[] = { hook->path, NULL };
	const char *const *arguments = hook->arguments.count > 0 ? hook->arguments.items : alone;
	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, 0) == 0) {
		syscall(SYS_close_range, 3U, ~0U, 0U);
		execve(hook->path, (char **)(uintptr_t)arguments, (char **)(uintptr_t)environment);
	}
	_exit(127);
}

static int wait_for(pid_t pid, unsigned seconds, int *status)
{
	CLEANUP_CLOSE int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd item = { .fd = pid_fd, .events = POLLIN };
	int result = pid_fd < 0 ? -1 : poll(&item, 1, seconds > 0 && seconds < INT_MAX / 1000 ? (int)seconds * 1000 : -1);
	if (result <= 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return result <= 0 ? -1 : 0;
}

int hook_run(const struct hook_spec *hook, const char *state, struct failure *failure)
{
	int input[2], status = 0;
	if (pipe2(input, O_CLOEXEC) < 0)
		return fail(failure, STAGE_HOOK, hook->path);
	CLEANUP_CLOSE int reader = input[0];
	CLEANUP_CLOSE int writer = input[1];
	pid_t pid = fork();
	if (pid == 0)
		hook_main(hook, reader);
	if (pid < 0)
		return fail(failure, STAGE_HOOK, hook->path);
	/* A state is shorter than what a pipe holds, so nobody waits here for a hook that does not read. */
	fcntl(writer, F_SETFL, O_NONBLOCK);
	ssize_t written = write(writer, state, strlen(state));
	close(take_fd(&writer));
	if (wait_for(pid, hook->timeout, &status) < 0)
		return fail_with(failure, STAGE_HOOK, ETIMEDOUT, hook->path);
	if (written < 0 && errno != EPIPE)
		return fail(failure, STAGE_HOOK, hook->path);
	char words[232];
	snprintf(words, sizeof(words), "%.180s (exit status %d)", hook->path, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return status == 0 ? 0 : fail_with(failure, STAGE_HOOK, 0, words);
}

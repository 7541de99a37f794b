#include "runtime_call.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup1.h"
#include "cgroup_join.h"
#include "io.h"
#include "runtime_place.h"

#define MAX_ARGUMENTS 48

/* Only a program that nobody but root can change is run as root. It is run by the descriptor that was looked at. */
static int open_program(const char *path, struct failure *failure)
{
	CLEANUP_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) < 0)
		return fail(failure, STAGE_RUNTIME, path);
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 || (status.st_mode & 022) != 0)
		return fail_with(failure, STAGE_RUNTIME, EPERM, path);
	return take_fd(&fd);
}

static int place(const struct runtime_call *call)
{
	char file[96];
	const struct spec *spec = call->spec;
	if (!spec->runtime.placed)
		return 0;
	if (call->init > 0) {
		struct cgroup_doors doors;
		return cgroup_doors_open(call->store, spec->id, call->init, &doors) < 0 ? -1 : cgroup_doors_enter(&doors, true);
	}
	snprintf(file, sizeof(file), "%s/cgroup.procs", spec->id);
	if (call->store->cgroup_fd >= 0 && write_existing(call->store->cgroup_fd, file, "0") < 0)
		return -1;
	return cgroup1_join(call->store, spec->id);
}

static void reset_process(void)
{
	sigset_t none;
	sigemptyset(&none);
	/* What we ignore the container's processes would ignore, too. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
}

static _Noreturn void program_main(const struct runtime_call *call, int program, char **arguments)
{
	char *const environment[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", NULL };
	if (place(call) < 0)
		_exit(126);
	if (call->spec->runtime.hides_unified && (unshare(CLONE_NEWNS) < 0 || umount2("/sys/fs/cgroup/unified", MNT_DETACH) < 0))
		_exit(126);
	for (int i = 0; call->stdio && i < 3; i++)
		if (dup2(call->stdio->fds[i], i) < 0)
			_exit(126);
	reset_process();
	syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
	syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
	_exit(127);
}

/* The last line of its log, a JSON object, for the helper to read. */
static int fail_as_logged(const char *path, int status, const struct spec *spec, struct failure *failure)
{
	char text[4096] = { 0 };
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read_full(fd, text, sizeof(text) - 1);
	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	if (length <= 0) {
		snprintf(text, sizeof(text), "%.180s: exit status %d", spec->runtime.path, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		return fail_with(failure, STAGE_RUNTIME, 0, text);
	}
	const char *line = strrchr(text, '\n');
	return fail_with(failure, STAGE_RUNTIME, 0, line ? line + 1 : text);
}

int runtime_call(const struct runtime_call *call, const char *const *arguments, struct failure *failure)
{
	const struct spec *spec = call->spec;
	char log[64];
	const char *all[MAX_ARGUMENTS] = { spec->runtime.path, "--root", RUNTIME_STATE, "--log", log, "--log-format", "json" };
	size_t count = 7;
	for (size_t i = 0; i < spec->runtime.options.count && count < MAX_ARGUMENTS / 2; i++)
		all[count++] = spec->runtime.options.items[i];
	for (size_t i = 0; arguments[i] && count < MAX_ARGUMENTS - 2; i++)
		all[count++] = arguments[i];
	all[count] = spec->id;
	snprintf(log, sizeof(log), RUNTIME_PLACE "/log-%d", (int)getpid());
	CLEANUP_CLOSE int program = open_program(spec->runtime.path, failure);
	if (program < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		program_main(call, program, (char **)(uintptr_t)all);
	int status = 0;
	if (pid < 0)
		return fail(failure, STAGE_RUNTIME, "fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	int result = status == 0 ? 0 : fail_as_logged(log, status, spec, failure);
	unlink(log);
	return result;
}

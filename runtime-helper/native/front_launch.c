#include "front_launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "front_message.h"
#include "io.h"
#include "node.h"

/* The helper's fd 3 is the listening socket; the next tells us whether exec failed. */
#define LISTENER_FD 3
#define REPORT_FD 4

static int find_helper(char *path)
{
	if (path_in_dist(path, "helper.js") < 0)
		return front_error("cannot find the folder of this program: %s", strerror(errno));
	if (access(path, R_OK) < 0)
		return front_error("%s, which serves this program, is missing: %s", path, strerror(errno));
	return 0;
}

/* Electron is Node only when asked to be; what makes other Nodes debug or load something is not meant for ours. */
static void set_environment(void)
{
	static const char *const foreign[] = { "NODE_OPTIONS", "NODE_CHANNEL_FD", "VSCODE_INSPECTOR_OPTIONS", "SKIFF_SOCKET" };
	for (size_t i = 0; i < ARRAY_LENGTH(foreign); i++)
		unsetenv(foreign[i]);
	setenv("ELECTRON_RUN_AS_NODE", "1", 1);
}

static void reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < 32; number++)
		signal(number, SIG_DFL);
}

struct launch {
	const char *node;
	const char *helper;
	const struct front_store *store;
	int log;
	int listener;
	int report;
};

static _Noreturn void report_and_exit(int report)
{
	int error = errno;
	if (write_full(report, &error, sizeof(error)) < 0)
		_exit(2);
	_exit(1);
}

/* In the grandchild. Descriptors first go out of the way of those that they shall be. */
static _Noreturn void become_helper(const struct launch *launch)
{
	int report = fcntl(launch->report, F_DUPFD_CLOEXEC, 10);
	int listener = fcntl(launch->listener, F_DUPFD_CLOEXEC, 10);
	int log = fcntl(launch->log, F_DUPFD_CLOEXEC, 10);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (report < 0 || listener < 0 || log < 0 || null < 0)
		report_and_exit(launch->report);
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0 || dup2(listener, LISTENER_FD) < 0 ||
	    dup3(report, REPORT_FD, O_CLOEXEC) < 0)
		report_and_exit(report);
	syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0);
	/* A helper keeps no file system of its caller's busy, and finds no configuration in it. */
	if (chdir("/") < 0)
		report_and_exit(REPORT_FD);
	umask(022);
	reset_signals();
	set_environment();
	execlp(launch->node, launch->node, launch->helper, "--cli", "--root", launch->store->root, "--runroot",
	       launch->store->run_root, (char *)NULL);
	report_and_exit(REPORT_FD);
}

static int explain_exec(const char *node, int error)
{
	if (!getenv("SKIFF_NODE") && error == ENOENT)
		return front_error("there is no `node` on PATH: install Node.js 22.15 or newer, or name one in SKIFF_NODE");
	return front_error("cannot start Node.js (%s): %s; name another in SKIFF_NODE", node, strerror(error));
}

int front_launch(const struct front_store *store, int run, int listener)
{
	char helper[PATH_MAX];
	if (find_helper(helper) < 0)
		return -1;
	CLEANUP_CLOSE int log = openat(run, HELPER_LOG_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	int report[2];
	if (log < 0 || pipe2(report, O_CLOEXEC) < 0)
		return front_error("cannot write to %s/" HELPER_LOG_NAME ": %s", store->run, strerror(errno));
	CLEANUP_CLOSE int report_reader = report[0];
	char beside[PATH_MAX];
	struct launch launch = {
		.node = find_node(beside),
		.helper = helper,
		.store = store,
		.log = log,
		.listener = listener,
		.report = report[1],
	};
	pid_t child = fork();
	if (child == 0) {
		/* A session of its own: neither the terminal's signals nor its end reach the helper. */
		setsid();
		pid_t grandchild = fork();
		if (grandchild == 0)
			become_helper(&launch);
		if (grandchild < 0)
			report_and_exit(report[1]);
		_exit(0);
	}
	close(report[1]);
	if (child < 0)
		return front_error("cannot start a process: %s", strerror(errno));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	int error;
	if (read_full(report_reader, &error, sizeof(error)) == sizeof(error))
		return explain_exec(launch.node, error);
	return 0;
}

#include "reaper.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Never runs, since all signals stay blocked: that there is a handler tells who looks that PID 1 takes them. */
static void take(int number)
{
	(void)number;
}

/* Reaps all that have ended; ends with the child. */
static void reap(pid_t child)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		if (pid == child)
			_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static _Noreturn void serve(pid_t child, const sigset_t *all)
{
	/* Nothing of the monitor's stays open in a process that lives as long as the container. */
	syscall(SYS_close_range, 3U, ~0U, 0U);
	for (int number = 1; number < NSIG; number++)
		signal(number, number == SIGTTIN || number == SIGTTOU ? SIG_IGN : take);
	for (;;) {
		siginfo_t info;
		int number = sigwaitinfo(all, &info);
		if (number == SIGCHLD)
			reap(child);
		else if (number > 0)
			kill(child, number);
	}
}

int reaper_fork(bool terminal)
{
	sigset_t all, before;
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &before) < 0)
		return -1;
	pid_t child = fork();
	if (child < 0)
		return -1;
	if (child > 0)
		serve(child, &all);
	/* A group of its own in the foreground, so that what the terminal sends reaches it once. */
	signal(SIGTTOU, SIG_IGN);
	if (setpgid(0, 0) < 0 || (terminal && tcsetpgrp(0, getpid()) < 0 && errno != ENOTTY))
		return -1;
	signal(SIGTTOU, SIG_DFL);
	return sigprocmask(SIG_SETMASK, &before, NULL);
}

#include "attendant.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "seccomp.h"

#define NOBODY 65534

bool attendant_reap(struct attendant *attendant)
{
	int status = 0;
	while (waitpid(attendant->pid, &status, 0) < 0 && errno == EINTR)
		;
	close_and_forget(&attendant->pid_fd);
	attendant->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void attendant_stop(struct attendant *attendant, int signal)
{
	if (attendant->pid <= 0)
		return;
	kill(attendant->pid, signal);
	attendant_reap(attendant);
}

bool attendant_start(struct attendant *attendant, void (*work)(const void *context, pid_t monitor), const void *context)
{
	const pid_t monitor = getpid();
	pid_t pid = fork();
	if (pid == 0) {
		work(context, monitor);
		_exit(0);
	}
	if (pid < 0)
		return false;
	attendant->pid = pid;
	attendant->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (attendant->pid_fd >= 0)
		return true;
	attendant_stop(attendant, SIGKILL);
	return false;
}

static int limit(int resource, rlim_t most)
{
	const struct rlimit value = { most, most };
	return setrlimit(resource, &value);
}

int attendant_confine(const struct store *store, pid_t monitor, struct sock_filter *filter, size_t length)
{
	/* The user's own rights where there is a user: the store is his. */
	const uid_t uid = store->owner_uid ? store->owner_uid : NOBODY;
	const gid_t gid = store->owner_uid && store->owner_gid != (gid_t)-1 ? store->owner_gid : NOBODY;
	if (limit(RLIMIT_FSIZE, 0) < 0 || limit(RLIMIT_CORE, 0) < 0 || limit(RLIMIT_NPROC, 0) < 0)
		return -1;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -1;
	/* After the change of user, which would forget it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	/* It has died before its death would have been told. */
	if (getppid() != monitor)
		_exit(0);
	return seccomp_install_program(filter, length);
}

#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup_join.h"
#include "io.h"
#include "spec.h"

int join_open_init(const struct store *store, const char *id, pid_t *found, struct failure *failure)
{
	char path[80], line[160] = { 0 };
	if (!is_container_id(id))
		return fail_with(failure, STAGE_REQUEST, EINVAL, id);
	snprintf(path, sizeof(path), "state/%s", id);
	CLEANUP_CLOSE int state = open_beneath(store->run_fd, path, O_RDONLY, 0);
	if (state < 0 || read_full(state, line, sizeof(line) - 1) < 0)
		return fail(failure, STAGE_JOIN, id);
	int pid = 0;
	if ((sscanf(line, "running %d ", &pid) != 1 && sscanf(line, "paused %d ", &pid) != 1) || pid <= 1)
		return fail_with(failure, STAGE_JOIN, ESRCH, id);
	CLEANUP_CLOSE int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pid_fd < 0)
		return fail(failure, STAGE_JOIN, id);
	/* The state file is the user's, and a pid may have been given to another process: the cgroup is ours alone. */
	if (!cgroup_has_process(store, id, pid))
		return fail_with(failure, STAGE_JOIN, ESRCH, id);
	*found = pid;
	return take_fd(&pid_fd);
}

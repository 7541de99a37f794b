#include "runtime_network.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "io.h"
#include "join.h"
#include "network.h"
#include "runtime_place.h"

/* Makes the namespace, and the container's ends in it once its parent has plugged the others in. */
static _Noreturn void holder_main(const struct spec *spec, int sync_fd)
{
	struct failure failure;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) < 0) {
		fail(&failure, STAGE_CLONE, "network namespace");
		sync_die(sync_fd, &failure);
	}
	if (runtime_place_keep("/proc/self/ns/net", "net", &failure) < 0)
		sync_die(sync_fd, &failure);
	sync_send(sync_fd, SYNC_READY, -1);
	if (sync_wait(sync_fd) != SYNC_NETWORK)
		_exit(125);
	if (network_configure(spec, &failure) < 0)
		sync_die(sync_fd, &failure);
	_exit(0);
}

/* 0, or the failure that it has told. At its end: 0 when it has ended well. */
static int hear(int sync_fd, pid_t holder, struct failure *failure)
{
	struct sync_failure message = { 0 };
	int status = 0;
	ssize_t length;
	do
		length = recv(sync_fd, &message, sizeof(message), 0);
	while (length < 0 && errno == EINTR);
	if (length > 0 && message.type == SYNC_READY)
		return 0;
	while (waitpid(holder, &status, 0) < 0 && errno == EINTR)
		;
	if (length == sizeof(message) && message.type == SYNC_FAILED) {
		*failure = message.failure;
		return -1;
	}
	return status == 0 ? 0 : fail_with(failure, STAGE_NETWORK, ECHILD, "network namespace");
}

static int make_network(const struct store *store, const struct spec *spec, struct failure *failure)
{
	int sync[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	CLEANUP_CLOSE int ours = sync[0];
	pid_t holder = fork();
	if (holder == 0) {
		close(sync[0]);
		holder_main(spec, sync[1]);
	}
	close(sync[1]);
	if (holder < 0)
		return fail(failure, STAGE_CLONE, "fork");
	if (hear(ours, holder, failure) < 0)
		return -1;
	if (spec->networks.count > 0 && network_plug(store, spec, holder, failure) < 0) {
		kill(holder, SIGKILL);
		waitpid(holder, NULL, 0);
		return -1;
	}
	sync_send(ours, SYNC_NETWORK, -1);
	return hear(ours, holder, failure);
}

static int keep_of(const struct store *store, const char *id, const char *kind, struct failure *failure)
{
	char path[64];
	pid_t pid;
	CLEANUP_CLOSE int init = join_open_init(store, id, &pid, failure);
	if (init < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kind);
	return runtime_place_keep(path, kind, failure);
}

int runtime_namespaces(const struct store *store, const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++) {
		const struct joined_namespace *joined = &spec->joined[i];
		const char *kind = joined->kind == CLONE_NEWPID ? "pid" : joined->kind == CLONE_NEWIPC ? "ipc" : "uts";
		if (joined->id && keep_of(store, joined->id, kind, failure) < 0)
			return -1;
	}
	if (spec->network_of)
		return keep_of(store, spec->network_of, "net", failure);
	return spec->host_network ? 0 : make_network(store, spec, failure);
}

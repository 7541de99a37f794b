#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bundle_init.h"
#include "cgroup1.h"
#include "io.h"
#include "mounts.h"
#include "namespaces.h"
#include "network.h"
#include "rights.h"
#include "rootfs.h"

int sync_send(int sync_fd, char message, int fd)
{
	return rights_send(sync_fd, &(struct iovec){ &message, sizeof(message) }, 1, fd);
}

int sync_wait(int sync_fd)
{
	char message;
	ssize_t length;
	do
		length = recv(sync_fd, &message, 1, 0);
	while (length < 0 && errno == EINTR);
	return length == 1 ? message : -1;
}

void sync_die(int sync_fd, const struct failure *failure)
{
	struct sync_failure message = { .type = SYNC_FAILED, .failure = *failure };
	send(sync_fd, &message, sizeof(message), MSG_NOSIGNAL);
	_exit(125);
}

static int write_sysctls(int root_fd, const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->sysctls.count; i++) {
		char path[256];
		const struct pair_spec *sysctl = &spec->sysctls.items[i];
		int length = snprintf(path, sizeof(path), "/proc/sys/%s", sysctl->key);
		for (char *at = path; *at; at++)
			if (*at == '.')
				*at = '/';
		CLEANUP_CLOSE int fd = length < (int)sizeof(path) ? rootfs_open(root_fd, path, O_WRONLY) : -1;
		if (fd < 0 || write_full(fd, sysctl->value, strlen(sysctl->value)) < 0)
			return fail(failure, STAGE_SYSCTL, sysctl->key);
	}
	return 0;
}

static int adjust_oom_score(const struct spec *spec, struct failure *failure)
{
	if (!spec->oom_score_adj || write_existing(AT_FDCWD, "/proc/self/oom_score_adj", spec->oom_score_adj) == 0)
		return 0;
	/* Lowering it takes CAP_SYS_RESOURCE, which nested machines lack; the container runs all the same. */
	return errno == EACCES ? 0 : fail(failure, STAGE_CONFINE, "oom_score_adj");
}

/* Only a namespace of the container's own is named. */
static int name_host(const struct spec *spec, struct failure *failure)
{
	if (!spec->bundle.rootfs && !(namespaces_new(spec) & CLONE_NEWUTS))
		return 0;
	/* A bundle's config was asked whether the namespace is its own. */
	if ((*spec->hostname || !spec->bundle.rootfs) && sethostname(spec->hostname, strlen(spec->hostname)) < 0)
		return fail(failure, STAGE_CLONE, spec->hostname);
	if (spec->domainname && setdomainname(spec->domainname, strlen(spec->domainname)) < 0)
		return fail(failure, STAGE_CLONE, spec->domainname);
	return 0;
}

static int set_up(const struct store *store, struct spec *spec, struct stdio *stdio, int sync_fd, struct failure *failure)
{
	int terminal[2] = { -1, -1 };
	if (spec->bundle.rootfs && bundle_take_identity(spec, sync_fd, failure) < 0)
		return -1;
	/* Version 1 groups know no CLONE_INTO_CGROUP; before init has children. */
	if (!spec->bundle.rootfs && (spec->resources.count > 0 || store->cgroup_fd < 0) && cgroup1_join(store, spec->id) < 0)
		return fail(failure, STAGE_CGROUP, "cgroup.procs");
	/* Now that we are in our cgroup, the new namespace has it as its root. */
	if (!(spec->host_namespaces & CLONE_NEWCGROUP) && unshare(CLONE_NEWCGROUP) < 0)
		return fail(failure, STAGE_CLONE, "cgroup namespace");
	if (spec->network_of && setns(spec->network_fd, CLONE_NEWNET) < 0)
		return fail(failure, STAGE_JOIN, spec->network_of);
	if (namespaces_join(spec, failure) < 0 || name_host(spec, failure) < 0)
		return -1;
	CLEANUP_CLOSE int root = mounts_make(store, spec, terminal, failure);
	if (root < 0)
		return -1;
	if (spec->terminal) {
		if (sync_send(sync_fd, SYNC_TERMINAL, terminal[0]) < 0)
			return fail(failure, STAGE_TERMINAL, "pty");
		close(terminal[0]);
		*stdio = (struct stdio){ .fds = { terminal[1], terminal[1], terminal[1] }, .terminal = true };
	}
	if (!spec->host_network && !spec->network_of) {
		if (spec->networks.count > 0 && sync_wait(sync_fd) != SYNC_NETWORK)
			return fail_with(failure, STAGE_NETWORK, ECANCELED, spec->networks.items[0].veth);
		if (network_configure(spec, failure) < 0)
			return -1;
	}
	if (spec->bundle.rootfs && bundle_run_create_hooks(spec, sync_fd, failure) < 0)
		return -1;
	if (write_sysctls(root, spec, failure) < 0 || adjust_oom_score(spec, failure) < 0)
		return -1;
	if (mounts_confine(root, spec, failure) < 0)
		return -1;
	if (mounts_enter(root, failure) < 0)
		return -1;
	return spec->bundle.rootfs ? bundle_settle(spec, failure) : 0;
}

/* Who waits to be told to go on waits for a client, perhaps for long: of the store nothing is open in him any more. */
static int keep_for_waiting(const struct stdio *stdio, int sync_fd, struct failure *failure)
{
	const int kept[] = { stdio->fds[0], stdio->fds[1], stdio->fds[2], sync_fd };
	return close_others(3, kept, ARRAY_LENGTH(kept)) < 0 ? fail(failure, STAGE_CONFINE, "descriptors") : 0;
}

void init_main(const struct store *store, struct spec *spec, struct stdio stdio, int sync_fd)
{
	struct failure failure;
	/* In another container's pid namespace its processes see us. Until exec we are the host's program, with the store's directories open. */
	prctl(PR_SET_DUMPABLE, 0);
	/* A container whose monitor was killed has nobody to write its log or exit code: it ends too. */
	if (!spec->bundle.rootfs)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "skiff-init");
	if (set_up(store, spec, &stdio, sync_fd, &failure) < 0)
		sync_die(sync_fd, &failure);
	if (spec->bundle.rootfs)
		bundle_wait_and_exec(spec, &stdio, sync_fd);
	if (keep_for_waiting(&stdio, sync_fd, &failure) < 0)
		sync_die(sync_fd, &failure);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0 || sync_wait(sync_fd) != SYNC_GO)
		_exit(125);
	process_exec(spec, &stdio, sync_fd, &failure);
	sync_die(sync_fd, &failure);
}

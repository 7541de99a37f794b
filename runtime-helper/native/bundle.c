/* The making of a bundle's container. Nobody of ours stays with it: its parent is whoever reaps the caller's orphans. */
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle_exec.h"
#include "bundle_frames.h"
#include "bundle_talk.h"
#include "cgroup.h"
#include "cgroup1.h"
#include "device_program.h"
#include "init.h"
#include "io.h"
#include "namespaces.h"
#include "request.h"
#include "resources.h"
#include "sealed_copy.h"
#include "session.h"

struct bundle {
	int channel;
	uint32_t request_id;
	struct store store;
	struct spec spec;
	int sync_fd;
	int pid_fd;
	pid_t pid;
};

static void warn(void *context, const char *text)
{
	const struct bundle *bundle = context;
	reply_warning(bundle->channel, bundle->request_id, text);
}

/* Where `start` finds init. The directory is named by its descriptor: sun_path holds 108 bytes. */
static int listen_for_start(struct bundle_spec *spec, struct failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	spec->directory_fd = open(spec->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spec->directory_fd < 0)
		return fail(failure, STAGE_STORE, spec->directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" BUNDLE_SOCKET, spec->directory_fd);
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t old = umask(0177);
	int bound = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(old);
	if (bound < 0 || listen(fd, 4) < 0)
		return fail(failure, STAGE_SOCKET, BUNDLE_SOCKET);
	spec->start_fd = take_fd(&fd);
	return 0;
}

/* The groups, with devices and limits, of both versions. Returns the cgroup2 one, or -1 when there is none; -2: failed. */
static int make_cgroup(struct bundle *bundle, struct failure *failure)
{
	const struct spec *spec = &bundle->spec;
	bundle->store.cgroup_path = spec->bundle.cgroup;
	if (cgroup1_make_all(&bundle->store, 0) < 0) {
		fail(failure, STAGE_CGROUP, spec->bundle.cgroup);
		return -2;
	}
	CLEANUP_CLOSE int group = cgroup_open_path(spec->bundle.cgroup);
	if (group >= 0 && device_program_attach(group, spec) < 0) {
		fail(failure, STAGE_CGROUP, "device rules");
		return -2;
	}
	if (cgroup1_allow_devices(&bundle->store, spec) < 0 && group < 0) {
		fail(failure, STAGE_CGROUP, "device rules");
		return -2;
	}
	if (resources_apply(&bundle->store, spec, group, warn, bundle, failure) < 0)
		return -2;
	return take_fd(&group);
}

static int write_map(const struct bundle *bundle, bool groups, struct failure *failure)
{
	char path[64], text[4096];
	size_t length = 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)bundle->pid, groups ? "gid_map" : "uid_map");
	for (size_t i = 0; i < bundle->spec.bundle.id_maps.count; i++) {
		const struct id_map *map = &bundle->spec.bundle.id_maps.items[i];
		if (map->groups != groups)
			continue;
		/* The kernel takes no more than a page at once: user_namespaces(7). */
		if (length > sizeof(text) - 40)
			return fail_with(failure, STAGE_CLONE, E2BIG, path);
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%u %u %u\n", map->inside, map->outside, map->count);
	}
	if (length > 0 && write_existing(AT_FDCWD, path, text) < 0)
		return fail(failure, STAGE_CLONE, path);
	return 0;
}

static pid_t clone_init(struct bundle *bundle, int cgroup)
{
	const struct spec *spec = &bundle->spec;
	struct clone_args arguments = { .flags = namespaces_new(spec) | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&bundle->pid_fd,
					.exit_signal = SIGCHLD };
	if (!spec->host_network)
		arguments.flags |= CLONE_NEWNET;
	if (cgroup >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)cgroup;
	}
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static int spawn(struct bundle *bundle, struct failure *failure)
{
	struct spec *spec = &bundle->spec;
	int sync[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	CLEANUP_CLOSE int cgroup = make_cgroup(bundle, failure);
	if (cgroup == -2 || listen_for_start(&spec->bundle, failure) < 0 || namespaces_open(&bundle->store, spec, failure) < 0)
		return -1;
	bundle->pid = clone_init(bundle, cgroup);
	if (bundle->pid == 0) {
		close(sync[0]);
		close(bundle->channel);
		init_main(&bundle->store, spec, (struct stdio){ .fds = { 0, 1, 2 } }, sync[1]);
	}
	close(sync[1]);
	bundle->sync_fd = sync[0];
	if (bundle->pid < 0)
		return fail(failure, STAGE_CLONE, "clone3");
	/* The groups first: setgroups(2) is for who has mapped them. */
	if (write_map(bundle, true, failure) < 0 || write_map(bundle, false, failure) < 0)
		return -1;
	if (cgroup1_make_all(&bundle->store, bundle->pid) < 0)
		return fail(failure, STAGE_CGROUP, "cgroup.procs");
	return sync_send(bundle->sync_fd, SYNC_PLACED, -1) < 0 ? fail(failure, STAGE_CLONE, "init") : 0;
}

/* The caller runs its hooks now; its answer is the container's state, for the hooks that init runs. */
static int pause_for_hooks(struct bundle *bundle, struct failure *failure)
{
	struct bundle_frame frame;
	bundle_tell(bundle->channel, bundle->request_id, bundle->pid, "hooks");
	if (bundle_frame_read(bundle->channel, &frame) < 0 || frame.request.count != 2)
		return fail_with(failure, STAGE_REQUEST, ECANCELED, "hooks");
	const char *state = frame.request.strings[1];
	struct iovec parts[] = { { (char[]){ SYNC_HOOKS }, 1 }, { (char *)(uintptr_t)state, strlen(state) } };
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };
	return sendmsg(bundle->sync_fd, &header, MSG_NOSIGNAL) < 0 ? fail(failure, STAGE_CLONE, "init") : 0;
}

/* Until init has made everything and waits to be started. */
static int follow_init(struct bundle *bundle, struct failure *failure)
{
	for (;;) {
		union sync_text message;
		int terminal, result = 0;
		ssize_t length = bundle_receive(bundle->sync_fd, &message, &terminal);
		CLEANUP_CLOSE int taken = terminal;
		if (length <= 0)
			return fail_with(failure, STAGE_CLONE, ESRCH, "init");
		if (message.type == SYNC_READY)
			return 0;
		if (message.type == SYNC_FAILED && length == sizeof(message.failed)) {
			*failure = message.failed.failure;
			return -1;
		}
		if (message.type == SYNC_TERMINAL)
			result = bundle_hand_terminal_over(bundle->spec.bundle.console_socket, taken, failure);
		else if (message.type == SYNC_HOOKS)
			result = pause_for_hooks(bundle, failure);
		if (result < 0)
			return -1;
	}
}

static int give_up(struct bundle *bundle, const struct failure *failure)
{
	if (bundle->pid > 0) {
		syscall(SYS_pidfd_send_signal, bundle->pid_fd, SIGKILL, NULL, 0);
		waitpid(bundle->pid, NULL, 0);
	}
	reply_error(bundle->channel, bundle->request_id, failure);
	return 1;
}

static int make(struct bundle *bundle, const struct request *request)
{
	struct failure failure;
	if (spec_parse(&bundle->spec, request, &failure) < 0)
		return give_up(bundle, &failure);
	if (!bundle->spec.bundle.rootfs || !bundle->spec.bundle.directory || !bundle->spec.bundle.cgroup) {
		fail_with(&failure, STAGE_REQUEST, EINVAL, "rootfs, state-directory and cgroup-path");
		return give_up(bundle, &failure);
	}
	if (spawn(bundle, &failure) < 0 || follow_init(bundle, &failure) < 0)
		return give_up(bundle, &failure);
	bundle_tell(bundle->channel, bundle->request_id, bundle->pid, "created");
	bundle_tell_end(bundle->channel, bundle->request_id, bundle->spec.bundle.wait ? bundle->pid : 0);
	return 0;
}

int bundle_main(const char *channel)
{
	/* CVE-2019-5736, as with the spawner: who shares our pid namespace must not get at the host's file. */
	run_from_sealed_copy((char *const[]){ "skiff", "--bundle", (char *)(uintptr_t)channel, NULL });
	struct bundle bundle = { .channel = (int)strtol(channel, NULL, 10), .sync_fd = -1, .pid_fd = -1,
				 .store = { .root_fd = -1, .run_fd = -1, .cgroup_fd = -1 } };
	struct bundle_frame frame;
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	if (bundle.channel < 3 || fcntl(bundle.channel, F_SETFD, FD_CLOEXEC) < 0)
		return 2;
	/* What is not the container's to inherit: the caller's descriptors beyond those that it named. */
	syscall(SYS_close_range, (unsigned)bundle.channel + 1, ~0U, 0U);
	prctl(PR_SET_NAME, "skiff-bundle");
	if (bundle_frame_read(bundle.channel, &frame) < 0)
		return 2;
	if (strcmp(frame.request.strings[0], "exec") == 0)
		return bundle_exec(bundle.channel, &frame.request);
	bundle.request_id = frame.request.id;
	return make(&bundle, &frame.request);
}

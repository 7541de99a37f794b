#include "bundle_init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "binds.h"
#include "bundle.h"
#include "bundle_frames.h"
#include "hook.h"
#include "init.h"
#include "io.h"

#define MAX_STATE 65536

static bool has_user_namespace(const struct spec *spec)
{
	for (size_t i = 0; i < spec->bundle.namespaces.count; i++)
		if (spec->bundle.namespaces.items[i].kind == CLONE_NEWUSER)
			return true;
	return spec->bundle.id_maps.count > 0;
}

int bundle_take_identity(const struct spec *spec, int sync_fd, struct failure *failure)
{
	if (sync_wait(sync_fd) != SYNC_PLACED)
		return fail_with(failure, STAGE_CLONE, ECANCELED, "cgroup");
	if (has_user_namespace(spec) && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return fail(failure, STAGE_USER, "user namespace");
	return 0;
}

int bundle_mount_root(const struct spec *spec, struct failure *failure)
{
	const char *path = spec->bundle.rootfs;
	CLEANUP_CLOSE int place = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place < 0)
		return fail(failure, STAGE_ROOT, path);
	CLEANUP_CLOSE int tree = (int)syscall(SYS_open_tree, place, "",
					      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	if (tree < 0 ||
	    syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fail(failure, STAGE_ROOT, path);
	return take_fd(&tree);
}

static int run_hooks(const struct spec *spec, int when, const char *state, struct failure *failure)
{
	for (size_t i = 0; i < spec->bundle.hooks.count; i++) {
		const struct hook_spec *hook = &spec->bundle.hooks.items[i];
		if ((int)hook->when == when && hook_run(hook, state, failure) < 0)
			return -1;
	}
	return 0;
}

int bundle_run_create_hooks(const struct spec *spec, int sync_fd, struct failure *failure)
{
	if (!spec->bundle.outer_hooks)
		return 0;
	CLEANUP_FREE char *message = calloc(1, MAX_STATE + 1);
	if (!message || sync_send(sync_fd, SYNC_HOOKS, -1) < 0)
		return fail(failure, STAGE_HOOK, "hooks");
	ssize_t length = recv(sync_fd, message, MAX_STATE, 0);
	if (length < 1 || message[0] != SYNC_HOOKS)
		return fail_with(failure, STAGE_HOOK, ECANCELED, "hooks");
	return run_hooks(spec, HOOK_CREATE_CONTAINER, message + 1, failure);
}

int bundle_settle(const struct spec *spec, struct failure *failure)
{
	unsigned long propagation = spec->bundle.propagation;
	if (propagation != 0 && mount(NULL, "/", NULL, propagation, NULL) < 0)
		return fail(failure, STAGE_MOUNT, "rootfsPropagation");
	return process_find(spec, failure);
}

/* Who connects and says nothing is not the one. */
static int accept_start(const struct spec *spec, struct bundle_frame *frame)
{
	for (;;) {
		CLEANUP_CLOSE int peer = accept4(spec->bundle.start_fd, NULL, NULL, SOCK_CLOEXEC);
		if (peer < 0 && errno != EINTR && errno != ECONNABORTED)
			_exit(125);
		if (peer >= 0 && bundle_frame_read(peer, frame) == 0 && frame->request.count == 2 &&
		    strcmp(frame->request.strings[0], "start") == 0)
			return take_fd(&peer);
	}
}

void bundle_wait_and_exec(const struct spec *spec, const struct stdio *stdio, int sync_fd)
{
	struct failure failure;
	struct bundle_frame frame;
	/* Until exec we are the host's program, which nobody in the container has any business with. */
	prctl(PR_SET_DUMPABLE, 0);
	if (sync_send(sync_fd, SYNC_READY, -1) < 0)
		_exit(125);
	close(sync_fd);
	int peer = accept_start(spec, &frame);
	/* From here on it counts as started. */
	unlinkat(spec->bundle.directory_fd, BUNDLE_SOCKET, 0);
	close(spec->bundle.start_fd);
	close(spec->bundle.directory_fd);
	if (run_hooks(spec, HOOK_START_CONTAINER, frame.request.strings[1], &failure) == 0)
		process_exec(spec, stdio, peer, &failure);
	reply_error(peer, frame.request.id, &failure);
	_exit(125);
}

#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge.h"
#include "caller.h"
#include "cgroup.h"
#include "disk_usage.h"
#include "io.h"
#include "layer.h"
#include "monitor.h"
#include "network.h"
#include "firewall_others.h"
#include "probe.h"
#include "request.h"
#include "resources.h"
#include "sealed_copy.h"
#include "snapshot.h"
#include "tree.h"
#include "tree_remove.h"
#include "volume.h"
#include "worker.h"

#define SEAM_VERSION "1"
#define REQUEST_FD 0
#define REPLY_FD 1

/* hello VERSION ROOT RUN STORE-ID: once, and before all else. */
static int hello(struct store *store, const struct request *request, struct failure *failure)
{
	if (request->count != 5 || store->root_fd >= 0)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "hello");
	const char *const *strings = request->strings;
	if (strcmp(strings[1], SEAM_VERSION) != 0)
		return fail_with(failure, STAGE_REQUEST, EPROTONOSUPPORT, strings[1]);
	if (strlen(strings[4]) != 8 || strspn(strings[4], "0123456789abcdef") != 8)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "store id");
	CLEANUP_CLOSE int root = caller_open_directory(store, strings[2], failure);
	if (root < 0)
		return -1;
	CLEANUP_CLOSE int run = caller_open_directory(store, strings[3], failure);
	if (run < 0)
		return -1;
	snprintf(store->root, sizeof(store->root), "%s", strings[2]);
	snprintf(store->run, sizeof(store->run), "%s", strings[3]);
	snprintf(store->id, sizeof(store->id), "%s", strings[4]);
	store->cgroup_fd = cgroup_open_store(store->id);
	store->root_fd = take_fd(&root);
	store->run_fd = take_fd(&run);
	return 0;
}

static void answer_hello(struct store *store, const struct request *request)
{
	struct failure failure;
	char uid[16];
	if (hello(store, request, &failure) < 0) {
		reply_error(REPLY_FD, request->id, &failure);
		return;
	}
	snprintf(uid, sizeof(uid), "%u", (unsigned)store->owner_uid);
	const char *arguments[] = { uid, "no cgroup2 hierarchy: containers can't make device nodes" };
	reply_ok(REPLY_FD, request->id, store->cgroup_fd < 0 ? 2 : 1, arguments);
}

/* A container whose name has gone is gone for everybody. */
static int hide(int containers, int run, const char *id, const char *hidden)
{
	if (renameat(containers, id, containers, hidden) < 0 && errno != ENOENT)
		return -1;
	return tree_remove(run, id);
}

/* What a monitor that was killed has left: its end would have been the group's. `parent`: NULL, or where the store's group is. */
static void end_cgroup(const struct store *store, const char *id, const char *parent)
{
	struct store own = *store;
	CLEANUP_CLOSE int there = parent ? cgroup_open(parent) : -1;
	/* A parent that is gone took the container's along. */
	if (parent && (there < 0 || cgroup_use_parent(&own, parent) < 0))
		return;
	cgroup_end(&own, id);
	if (parent && own.cgroup_fd >= 0)
		close(own.cgroup_fd);
}

/* remove ID [CGROUP-PARENT]: what a container that does not run has on disk. Answered before the files go, which takes its time. */
static int remove_container(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	const char *id = request->count == 2 || request->count == 3 ? request->strings[1] : "";
	char hidden[sizeof(REMOVED_PREFIX) + 64];
	CLEANUP_CLOSE int containers = open_beneath(store->root_fd, "containers", O_RDONLY | O_DIRECTORY, 0);
	CLEANUP_CLOSE int run = open_beneath(store->run_fd, "containers", O_RDONLY | O_DIRECTORY, 0);
	CLEANUP_CLOSE int state = open_beneath(store->run_fd, "state", O_RDONLY | O_DIRECTORY, 0);
	snprintf(hidden, sizeof(hidden), REMOVED_PREFIX "%.64s", id);
	int result = 0;
	if (!is_container_id(id) || containers < 0 || run < 0 || state < 0)
		result = fail_with(&failure, STAGE_REQUEST, EINVAL, "remove");
	else if (hide(containers, run, id, hidden) < 0 || (unlinkat(state, id, 0) < 0 && errno != ENOENT)) {
		result = fail(&failure, STAGE_REMOVE, id);
		write_atomic(state, id, "dead\n", 0644, store->owner_uid, store->owner_gid);
	}
	if (result < 0) {
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	end_cgroup(store, id, request->count == 3 ? request->strings[2] : NULL);
	reply_ok(reply_fd, request->id, 0, NULL);
	if (tree_remove(containers, hidden) < 0)
		fprintf(stderr, "%s can't be removed now: %s\n", hidden, strerror(errno));
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const struct store *store, const struct request *request, int reply_fd);
} verbs[] = {
	{ "create", monitor_create },	  { "exec", monitor_exec },	{ "enter", monitor_enter },
	{ "limit", resources_limit },	  { "remove", remove_container },	  { "network-up", bridge_up },	{ "network-down", bridge_down },
	{ "network-forget", bridge_forget_addresses }, { "network-clear", bridge_clear },
	{ "network-blockers", firewall_others_tell },
	{ "network-attach", network_attach }, { "network-detach", network_detach }, { "apply-layer", layer_apply },
	{ "remove-layer", layer_remove },	  { "volume-make", volume_make },   { "volume-remove", volume_remove },
	{ "probe", probe_run },		  { "tree", tree_session },
	{ "disk-usage", disk_usage },
};

static char request_body[MAX_REQUEST_LENGTH];

/* fork(2) shares all pages until they are written to, one fault each: those that every request writes are made a worker's own while
 * nobody waits for it. */
static void warm_up(void)
{
	volatile char stack[24 * 1024];
	for (size_t i = 0; i < sizeof(stack); i += 4096)
		stack[i] = 0;
	request_body[0] = 0;
	free(malloc(1));
}

static void refuse(const struct request *request, int error, const char *object)
{
	struct failure failure;
	fail_with(&failure, STAGE_REQUEST, error, object);
	reply_error(REPLY_FD, request->id, &failure);
}

/* Reads one frame; the strings are in a buffer that the next one overwrites. False at the end of input, or when it can't be a frame. */
static bool read_request(struct request *request)
{
	uint32_t header[2];
	/* Who takes it is known before he has. */
	if (recv(REQUEST_FD, header, sizeof(header), MSG_PEEK) == sizeof(header))
		worker_takes(header[1]);
	if (read_full(REQUEST_FD, header, sizeof(header)) != sizeof(header))
		return false;
	size_t length = header[0] - sizeof(uint32_t);
	if (header[0] < sizeof(uint32_t) || length > sizeof(request_body)) {
		fprintf(stderr, "a request of %u bytes: ending\n", header[0]);
		return false;
	}
	if (read_full(REQUEST_FD, request_body, length) != (ssize_t)length)
		return false;
	worker_took(header[1]);
	if (request_parse(request, header[1], request_body, length) < 0) {
		int error = errno;
		*request = (struct request){ .id = header[1] };
		refuse(request, error, "frame");
	}
	return true;
}

/* Open in the spawner alone: its end tells the helper's child that it has ended. */
static int alive_fd = -1;

/* A worker's life. What it needs first it gets before there is a request: see `warm_up`. */
static int carry_out_next(struct store *store)
{
	struct request request;
	close_and_forget(&alive_fd);
	warm_up();
	if (!read_request(&request)) {
		worker_end_of_requests();
		return 0;
	}
	if (request.count == 0)
		return 0;
	cgroup_refresh_store(store);
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		if (strcmp(request.strings[0], verbs[i].name) == 0)
			return verbs[i].run(store, &request, REPLY_FD);
	refuse(&request, strcmp(request.strings[0], "hello") == 0 ? EINVAL : ENOSYS, request.strings[0]);
	return 0;
}

/* No worker can be made: the request that would have been its own is refused. */
static bool refuse_next(int error)
{
	struct request request;
	if (!read_request(&request))
		return false;
	if (request.count > 0)
		refuse(&request, error, request.strings[0]);
	request_free(&request);
	return true;
}

static bool wait_for_hello(struct store *store)
{
	struct request request;
	while (store->root_fd < 0 && read_request(&request)) {
		if (request.count > 0 && strcmp(request.strings[0], "hello") == 0)
			answer_hello(store, &request);
		else if (request.count > 0)
			refuse(&request, EPROTO, request.strings[0]);
		request_free(&request);
	}
	return store->root_fd >= 0;
}

/* Each request has a process of its own: they run side by side, and none can harm the next. */
static void serve(struct store *store)
{
	struct workers workers = { 0 };
	while (workers_wait(&workers, REPLY_FD)) {
		cgroup_refresh_store(store);
		pid_t pid = workers_fork(&workers);
		if (pid == 0)
			_exit(carry_out_next(store));
		if (pid < 0 && !refuse_next(errno))
			break;
	}
}

/* Continues as a child of init, so that who kills the helper's tree of processes by their parents does not reach the
 * monitors. The first process stays for the helper to see, until the pipe says that the other has ended. */
static void leave_process_tree(void)
{
	int alive[2];
	if (pipe2(alive, O_CLOEXEC) < 0)
		_exit(1);
	pid_t pid = fork();
	if (pid < 0)
		_exit(1);
	if (pid > 0) {
		char byte;
		close(alive[1]);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		waitpid(pid, NULL, 0);
		while (read(alive[0], &byte, 1) < 0 && errno == EINTR)
			;
		_exit(0);
	}
	close(alive[0]);
	alive_fd = alive[1];
	if (setsid() < 0 || (pid = fork()) < 0)
		_exit(1);
	if (pid > 0)
		_exit(0);
}

static void start_clean(void)
{
	struct rlimit files;
	syscall(SYS_close_range, 3U, ~0U, 0U);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* Children are reaped by the kernel: nobody asks how they ended. */
	signal(SIGCHLD, SIG_IGN);
	umask(022);
	if (chdir("/") < 0)
		_exit(1);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

int spawner_main(void)
{
	static char *const arguments[] = { "skiff", "--spawner", NULL };
	run_from_sealed_copy(arguments);
	struct store store = { .root_fd = -1, .run_fd = -1, .cgroup_fd = -1 };
	if (geteuid() != 0) {
		fprintf(stderr, "skiff --spawner needs root\n");
		return 1;
	}
	store.owner_uid = caller_uid(REQUEST_FD);
	store.owner_gid = caller_gid(REQUEST_FD, store.owner_uid);
	start_clean();
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 || setgroups(0, NULL) < 0)
		return 1;
	leave_process_tree();
	prctl(PR_SET_NAME, "skiff-spawner");
	/* A monitor that starts must not be someone's to trace: it has root's rights in the user's name. */
	prctl(PR_SET_DUMPABLE, 0);
	reply_event(REPLY_FD, 0, "ready");
	if (wait_for_hello(&store))
		serve(&store);
	cgroup_remove_store(store.id);
	return 0;
}

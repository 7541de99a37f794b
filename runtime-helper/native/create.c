/* The verb `create`: a container's monitor, from its request to its end. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include "apparmor.h"
#include "cgroup.h"
#include "cgroup1.h"
#include "container.h"
#include "container_lock.h"
#include "init.h"
#include "join.h"
#include "monitor.h"
#include "namespaces.h"
#include "network.h"
#include "publish.h"
#include "records.h"
#include "resources.h"
#include "run_files.h"
#include "runtime.h"
#include "tree_remove.h"

#define SOCKET_NAME "attach.sock"

static int open_directories(struct container *container, struct failure *failure)
{
	const struct store *store = container->store;
	const char *id = container->spec.id;
	const int flags = O_RDONLY | O_DIRECTORY;
	container->containers_fd = open_beneath(store->root_fd, "containers", flags, 0);
	container->run_containers_fd = open_beneath(store->run_fd, "containers", flags, 0);
	container->state_fd = open_beneath(store->run_fd, "state", flags, 0);
	if (container->containers_fd < 0 || container->run_containers_fd < 0 || container->state_fd < 0)
		return fail(failure, STAGE_STORE, "containers");
	container->container_fd = open_beneath(container->containers_fd, id, flags, 0);
	if (container->container_fd < 0)
		return fail(failure, STAGE_STORE, id);
	return 0;
}

static pid_t clone_init(struct container *container, int *pid_fd)
{
	/* The cgroup namespace is init's own affair: here it would have our cgroup as its root (copy_cgroup_ns takes the
	 * parent's). */
	uint64_t flags = namespaces_new(&container->spec) | CLONE_PIDFD;
	if (!container->spec.host_network && !container->spec.network_of)
		flags |= CLONE_NEWNET;
	struct clone_args arguments = { .flags = flags, .pidfd = (uint64_t)(uintptr_t)pid_fd, .exit_signal = SIGCHLD };
	if (container->cgroup_fd >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)container->cgroup_fd;
	}
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* Where no hierarchy filters devices none may be made. */
static void forbid_device_nodes(struct spec *spec)
{
	const uint64_t mknod_bit = 1ULL << 27;
	spec->capabilities.bounding &= ~mknod_bit;
	spec->capabilities.effective &= ~mknod_bit;
	spec->capabilities.permitted &= ~mknod_bit;
	spec->capabilities.inheritable &= ~mknod_bit;
	spec->capabilities.ambient &= ~mknod_bit;
}

static void warn(void *context, const char *text)
{
	const struct container *container = context;
	if (container->reply_fd >= 0)
		reply_warning(container->reply_fd, container->request->id, text);
}

static int make_cgroup(struct container *container, struct failure *failure)
{
	const struct store *store = container->store;
	container->cgroup_fd = -1;
	if (store->cgroup_fd < 0) {
		if (cgroup1_allow_devices(store, &container->spec) < 0)
			forbid_device_nodes(&container->spec);
		/* For pausing; where there is no freezer that is refused. */
		CLEANUP_CLOSE int freezer = cgroup1_open(store, container->spec.id, "freezer");
	} else {
		container->cgroup_fd = cgroup_make(store, &container->spec, failure);
		if (container->cgroup_fd < 0)
			return -1;
	}
	return resources_apply(store, &container->spec, container->cgroup_fd, warn, container, failure);
}

static int open_other_network(struct container *container, struct failure *failure)
{
	struct spec *spec = &container->spec;
	pid_t pid;
	spec->network_fd = spec->network_of ? join_open_init(container->store, spec->network_of, &pid, failure) : -1;
	return spec->network_of && spec->network_fd < 0 ? -1 : 0;
}

static void settle_profile(struct container *container)
{
	struct failure failure;
	char text[440];
	if (apparmor_settle(&container->spec, &failure) == 0)
		return;
	snprintf(text, sizeof(text), "AppArmor: no profile confines this container: %.231s: %.100s (is the package apparmor installed?)",
		 failure.object, failure.error ? strerror(failure.error) : "it refuses ours");
	warn(container, text);
}

static int spawn_by_runtime(struct container *container, struct stdio *child, struct failure *failure)
{
	/* What a monitor that was killed has left. */
	cgroup_end(container->store, container->spec.id);
	settle_profile(container);
	if (make_cgroup(container, failure) < 0 || runtime_spawn(container, child, failure) < 0)
		return -1;
	monitor_close_child_ends(child);
	return 0;
}

static int spawn_init(struct container *container, struct failure *failure)
{
	struct session *session = &container->session;
	struct stdio child;
	int sync[2];
	if (monitor_stdio(&container->spec, session, &child, failure) < 0)
		return -1;
	if (container->spec.runtime.path)
		return spawn_by_runtime(container, &child, failure);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return fail(failure, STAGE_CLONE, "socketpair");
	if (make_cgroup(container, failure) < 0)
		return -1;
	settle_profile(container);
	if (open_other_network(container, failure) < 0 || namespaces_open(container->store, &container->spec, failure) < 0)
		return -1;
	pid_t pid = clone_init(container, &session->pid_fd);
	if (pid == 0) {
		close(sync[0]);
		close(session->listen_fd);
		init_main(container->store, &container->spec, child, sync[1]);
	}
	if (pid < 0)
		return fail(failure, STAGE_CLONE, "clone3");
	session->pid = pid;
	session->sync_fd = sync[0];
	close(sync[1]);
	monitor_close_child_ends(&child);
	return namespaces_let_go(&container->spec, failure);
}

static int plug_network(struct container *container, struct failure *failure)
{
	struct session *session = &container->session;
	if (container->spec.networks.count == 0 || container->spec.runtime.path)
		return 0;
	/* When init has died (ESRCH), it says why itself. */
	if (network_plug(container->store, &container->spec, session->pid, failure) < 0)
		return failure->error == ESRCH ? 0 : -1;
	sync_send(session->sync_fd, SYNC_NETWORK, -1);
	return 0;
}

/* While init makes the rest. When it has died (ESRCH), it says why itself. */
static int answer_names(struct container *container, struct failure *failure)
{
	if (!container->spec.resolver || container_answer_names(container) == 0 || errno == ESRCH)
		return 0;
	return fail(failure, STAGE_NETWORK, "127.0.0.11");
}

int container_answer_names(struct container *container)
{
	return resolver_open(&container->resolver, container->store, container->spec.id, container->container_fd,
			     container->session.pid_fd);
}

/* The log goes on where the last life left it. */
static int open_log(struct container *container, struct failure *failure)
{
	const struct store *store = container->store;
	struct container_log *log = &container->session.log;
	if (log->kind != LOG_DISCARDED)
		return 0;
	if (container->spec.log_discarded) {
		log_open_memory(log);
		return 0;
	}
	log->max_size = container->spec.log_max_size;
	log->max_files = container->spec.log_max_files;
	if (log_open(log, container->container_fd, store->owner_uid, store->owner_gid) == 0)
		return 0;
	return fail(failure, STAGE_LOG, "log");
}

/* Everything around PID 1 that is made while it waits. */
static int surround(struct container *container, struct failure *failure)
{
	if (plug_network(container, failure) < 0 || answer_names(container, failure) < 0)
		return -1;
	return open_log(container, failure);
}

/* A container that never ran leaves nothing but what it was before. */
static void undo(struct container *container)
{
	log_discard_empty(&container->session.log);
	container_unpublish(container);
	if (container->lock_fd >= 0)
		cgroup_end(container->store, container->spec.id);
	if (container->run_fd >= 0)
		tree_remove(container->run_containers_fd, container->spec.id);
}

static int launch(struct container *container, struct failure *failure)
{
	struct session *session = &container->session;
	if (run_files_take(&container->spec, container->run_fd, failure) < 0)
		return -1;
	/* Before PID 1: a port that somebody has is refused at once. */
	if (container_publish(container, failure) < 0)
		return -1;
	if (spawn_init(container, failure) < 0)
		return -1;
	if (surround(container, failure) < 0) {
		syscall(SYS_pidfd_send_signal, session->pid_fd, SIGKILL, NULL, 0);
		waitpid(session->pid, NULL, 0);
		resolver_close(&container->resolver);
		return -1;
	}
	int result = session_start(session, failure);
	if (result < 0)
		resolver_close(&container->resolver);
	return result;
}

int container_launch(struct container *container, struct failure *failure)
{
	int result = launch(container, failure);
	if (result < 0)
		runtime_delete(container);
	return result;
}

static int set_up(struct container *container, struct failure *failure)
{
	struct session *session = &container->session;
	if (open_directories(container, failure) < 0)
		return -1;
	container->lock_fd = container_lock(container->store, container->run_containers_fd, container->spec.id,
					    &container->run_fd, failure);
	if (container->lock_fd < 0)
		return -1;
	run_files_forget(container->run_fd);
	session->listen_fd = monitor_listen(container->store, container->run_fd, SOCKET_NAME, failure);
	if (session->listen_fd < 0)
		return -1;
	/* From here on clients can attach: they connect while the namespaces are made. */
	reply_event(container->reply_fd, container->request->id, "listening");
	return container_launch(container, failure);
}

/* The store as this container sees it. */
static int use_cgroup_parent(struct container *container, struct failure *failure)
{
	struct store *own = malloc(sizeof(*own));
	if (!own)
		return fail(failure, STAGE_CGROUP, "memory");
	*own = *container->store;
	if (cgroup_use_parent(own, container->spec.cgroup_parent) < 0)
		return fail(failure, STAGE_CGROUP, container->spec.cgroup_parent);
	container->store = own;
	return 0;
}

int monitor_create(const struct store *store, const struct request *request, int reply_fd)
{
	struct container container = { .store = store, .request = request, .reply_fd = reply_fd, .run_fd = -1, .cgroup_fd = -1, .lock_fd = -1,
					.proxy = PROXY_INITIALLY, .resolver = RESOLVER_INITIALLY, .health = HEALTH_INITIALLY };
	struct session *session = &container.session;
	*session = (struct session){ .spec = &container.spec, .owner_uid = store->owner_uid, .pid_fd = -1, .sync_fd = -1,
				     .listen_fd = -1, .log = LOG_INITIALLY, .started = container_started,
				     .control = container_control, .context = &container,
				     .resolver = &container.resolver, .proxy = &container.proxy,
				     .children_fd = -1, .firewall_fd = -1, .firewall_changed = container_firewall_changed,
				     .health = &container.health };
	struct failure failure;
	monitor_detach(&container.reply_fd, "skiff-monitor");
	if (spec_parse(&container.spec, request, &failure) < 0) {
		reply_error(container.reply_fd, request->id, &failure);
		return 1;
	}
	if (container.spec.cgroup_parent && use_cgroup_parent(&container, &failure) < 0) {
		reply_error(container.reply_fd, request->id, &failure);
		return 1;
	}
	container.restart = (struct restart){ .policy = container.spec.restart_policy, .limit = container.spec.restart_limit };
	if (set_up(&container, &failure) < 0) {
		undo(&container);
		reply_error(container.reply_fd, request->id, &failure);
		return 1;
	}
	session_finish(session, container_live(&container));
	record_sweep(&container);
	return 0;
}

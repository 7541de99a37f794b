/* The verbs `exec` and `enter`: one more process in a container that runs, or in some of its namespaces, with a monitor of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apparmor.h"
#include "enter.h"
#include "io.h"
#include "join.h"
#include "join_spawn.h"
#include "monitor.h"
#include "records.h"
#include "runtime.h"

/* A client that is slower than that has most likely been killed. */
#define FIRST_CLIENT_MS 30000

struct exec_session {
	const struct store *store;
	const struct request *request;
	int reply_fd;
	struct spec spec;
	bool enters;
	pid_t init;
	int run_fd; /* <run>/containers/<id> */
	char socket[32];
	struct session session;
};

static int spawn(struct exec_session *exec, int init_fd, struct failure *failure)
{
	struct session *session = &exec->session;
	const struct joining joining = { exec->store, &exec->spec, exec->enters, exec->init, init_fd };
	struct stdio child;
	if (monitor_stdio(&exec->spec, session, &child, failure) < 0)
		return -1;
	pid_t pid = join_spawn(&joining, &child, &session->sync_fd, failure);
	if (pid < 0)
		return -1;
	session->pid = pid;
	session->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return session->pid_fd < 0 ? fail(failure, STAGE_JOIN, exec->spec.id) : 0;
}

/* exec has worked. */
static void on_started(struct session *session)
{
	struct exec_session *exec = session->context;
	char pid[16];
	snprintf(pid, sizeof(pid), "%d", (int)session->pid);
	reply_ok(exec->reply_fd, exec->request->id, 1, (const char *const[]){ pid });
	monitor_let_go(&exec->reply_fd);
}

static int set_up(struct exec_session *exec, struct failure *failure)
{
	char path[80];
	if (!exec->spec.session)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "session");
	CLEANUP_CLOSE int init_fd = join_open_init(exec->store, exec->spec.id, &exec->init, failure);
	if (init_fd < 0)
		return -1;
	snprintf(path, sizeof(path), "containers/%s", exec->spec.id);
	exec->run_fd = open_beneath(exec->store->run_fd, path, O_RDONLY | O_DIRECTORY, 0);
	if (exec->run_fd < 0)
		return fail(failure, STAGE_STORE, path);
	snprintf(exec->socket, sizeof(exec->socket), "exec-%s.sock", exec->spec.session);
	exec->session.listen_fd = monitor_listen(exec->store, exec->run_fd, exec->socket, failure);
	if (exec->session.listen_fd < 0)
		return -1;
	reply_event(exec->reply_fd, exec->request->id, "listening");
	if (spawn(exec, init_fd, failure) < 0)
		return -1;
	return session_start(&exec->session, failure);
}

static void record_death(struct exec_session *exec, int exit_code)
{
	char detail[96];
	snprintf(detail, sizeof(detail), "\"execID\":\"%s\",\"exitCode\":\"%d\"", exec->spec.session, exit_code);
	record_event_of(exec->store, &exec->spec, exec->run_fd, "exec_die", detail);
}

/* The process has begun before its client could come: nothing of it is read, and its end not noticed, until he is there. */
static void await_client(struct session *session)
{
	const uint64_t until = monotonic_ms() + FIRST_CLIENT_MS;
	for (uint64_t now = monotonic_ms(); now < until && !clients_watch(&session->clients); now = monotonic_ms())
		session_idle(session, (int)(until - now));
}

static int run_monitor(const struct store *store, const struct request *request, int reply_fd, bool enters)
{
	struct exec_session exec = { .store = store, .request = request, .reply_fd = reply_fd, .enters = enters, .run_fd = -1 };
	exec.session = (struct session){ .spec = &exec.spec, .owner_uid = store->owner_uid, .pid_fd = -1, .sync_fd = -1,
					 .listen_fd = -1, .children_fd = -1, .log = LOG_INITIALLY, .started = on_started, .context = &exec };
	struct failure failure;
	monitor_detach(&exec.reply_fd, "skiff-exec");
	log_open_memory(&exec.session.log);
	int result = spec_parse(&exec.spec, request, &failure);
	/* Another runtime can't be told to wait. */
	const bool wants_client = exec.spec.gate && exec.spec.runtime.path;
	if (exec.spec.runtime.path) {
		exec.spec.gate = false;
		exec.session.children_fd = runtime_adopt();
	}
	if (result == 0 && enters)
		result = enter_identify(store, &exec.spec, &failure);
	/* PID 1 has none either, and has said why. */
	struct failure unconfined;
	apparmor_settle(&exec.spec, &unconfined);
	if (result == 0)
		result = set_up(&exec, &failure);
	if (result < 0)
		reply_error(exec.reply_fd, request->id, &failure);
	if (result == 0 && wants_client)
		await_client(&exec.session);
	int status = result < 0 ? 0 : session_run(&exec.session);
	if (result == 0 && !enters)
		record_death(&exec, exit_code_of(status));
	if (exec.run_fd >= 0)
		unlinkat(exec.run_fd, exec.socket, 0);
	if (result < 0)
		return 1;
	session_finish(&exec.session, exit_code_of(status));
	return 0;
}

int monitor_exec(const struct store *store, const struct request *request, int reply_fd)
{
	return run_monitor(store, request, reply_fd, false);
}

int monitor_enter(const struct store *store, const struct request *request, int reply_fd)
{
	return run_monitor(store, request, reply_fd, true);
}

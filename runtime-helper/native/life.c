/* A container's life: exec, what it is asked for, its ends, and what follows each. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "firewall_watch.h"
#include "monitor.h"
#include "publish.h"
#include "records.h"
#include "runtime.h"

/* exec has worked. */
void container_started(struct session *session)
{
	struct container *container = session->context;
	char pid[16];
	container->started = format_now(9);
	container->started_ms = monotonic_ms();
	container->paused = false;
	health_begin(&container->health, container);
	record_state(container, "running");
	/* Only now: who looks meanwhile sees how it ended last, and not a container that nobody knows anything of. */
	unlinkat(container->container_fd, "exit.json", 0);
	record_begin(container);
	snprintf(pid, sizeof(pid), "%d", (int)session->pid);
	if (container->reply_fd < 0)
		return;
	const char *arguments[] = { pid, container->started.text };
	reply_ok(container->reply_fd, container->request->id, ARRAY_LENGTH(arguments), arguments);
	monitor_let_go(&container->reply_fd);
}

static void freeze(struct container *container, struct client *client, bool frozen)
{
	int error = 0;
	/* What is frozen can't be ended. */
	if (frozen)
		health_pause(&container->health, true);
	if (!container->session.going || container->session.sync_fd >= 0)
		error = ESRCH;
	else if (cgroup_freeze(container->store, container->spec.id, frozen) < 0)
		error = errno;
	uint8_t answer[4] = { (uint8_t)error, (uint8_t)(error >> 8), 0, 0 };
	if (error == 0) {
		container->paused = frozen;
		record_state(container, frozen ? "paused" : "running");
	}
	if (!container->paused)
		health_pause(&container->health, false);
	client_frame(client, STREAM_ANSWER, answer, sizeof(answer));
}

static void publish_at(struct container *container, struct client *client, const struct stream_frame *frame)
{
	int error = container_publish_at(container, frame->payload, frame->length);
	uint8_t answer[4] = { (uint8_t)error, (uint8_t)(error >> 8), 0, 0 };
	client_frame(client, STREAM_ANSWER, answer, sizeof(answer));
}

/* For this life and those that follow it. */
static void answer_names(struct container *container, struct client *client)
{
	int error = container->session.going && container_answer_names(container) < 0 ? errno : 0;
	uint8_t answer[4] = { (uint8_t)error, (uint8_t)(error >> 8), 0, 0 };
	container->spec.resolver = true;
	client_frame(client, STREAM_ANSWER, answer, sizeof(answer));
}

/* Other containers put back theirs: what is there already is as good. */
void container_firewall_changed(struct session *session)
{
	struct container *container = session->context;
	const char *store_id = container->store->id;
	if (!firewall_watch_read(session->firewall_fd, store_id))
		return;
	for (size_t i = 0; i < container->spec.networks.count; i++) {
		const struct network_spec *network = &container->spec.networks.items[i];
		if (firewall_add_network(store_id, network->bridge, network->internal, network->masquerade) < 0)
			return;
	}
	ports_lead_again(container->store, &container->ports);
}

static void set_policy(struct container *container, const uint8_t *bytes)
{
	if (bytes[0] > RESTART_ON_FAILURE)
		return;
	container->restart.policy = bytes[0];
	container->restart.limit = (unsigned)bytes[1] | (unsigned)bytes[2] << 8 | (unsigned)bytes[3] << 16 | (unsigned)bytes[4] << 24;
}

void container_control(struct session *session, struct client *client, const struct stream_frame *frame)
{
	struct container *container = session->context;
	if (frame->type == STREAM_LAST)
		container->stopped = true;
	else if (frame->type == STREAM_FREEZE && frame->length == 1)
		freeze(container, client, frame->payload[0] != 0);
	else if (frame->type == STREAM_LEAD)
		publish_at(container, client, frame);
	else if (frame->type == STREAM_NAMES)
		answer_names(container, client);
	else if (frame->type == STREAM_POLICY && frame->length == 5)
		set_policy(container, frame->payload);
}

/* What died of memory died before PID 1 was told: the count is there. */
static struct ending ending_of(const struct container *container, int status)
{
	return (struct ending){ .exit_code = exit_code_of(status),
				.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
				.oom_killed = cgroup_had_oom(container->store, container->spec.id),
				.ran_ms = monotonic_ms() - container->started_ms,
				.finished = format_now(9) };
}

/* One life of PID 1. */
static struct ending live_once(struct container *container)
{
	struct session *session = &container->session;
	/* Who asked for the end while it was being started has sent a signal that nobody could get. */
	if (container->stopped)
		syscall(SYS_pidfd_send_signal, session->pid_fd, SIGKILL, NULL, 0);
	struct ending ending = ending_of(container, session_run(session));
	health_end(&container->health);
	/* Its sockets hold the network namespace. */
	resolver_close(&container->resolver);
	proxy_finish(&container->proxy);
	runtime_delete(container);
	record_die(container, &ending);
	return ending;
}

/* Waits as long as the policy says, and starts PID 1 once more. False: no more, `ending` is the last. */
static bool start_again(struct container *container, struct ending *ending, struct failure *failure)
{
	struct session *session = &container->session;
	if (container->stopped || !restart_wanted(&container->restart, ending->exit_code))
		return false;
	uint64_t end = monotonic_ms() + restart_next_delay(&container->restart, ending->ran_ms);
	session_part(session, ending->exit_code);
	cgroup_end(container->store, container->spec.id);
	if (container->cgroup_fd >= 0)
		close(container->cgroup_fd);
	container->cgroup_fd = -1;
	record_exit(container, ending);
	record_state(container, "restarting");
	for (uint64_t now = monotonic_ms(); now < end && !container->stopped; now = monotonic_ms())
		session_idle(session, (int)(end - now));
	if (container->stopped)
		return false;
	/* Who could have waited for its output has seen the first life. */
	container->spec.gate = false;
	if (container_launch(container, failure) == 0)
		return true;
	*ending = (struct ending){ .exit_code = 125, .failure = failure, .finished = format_now(9) };
	return false;
}

int container_live(struct container *container)
{
	struct failure failure;
	struct ending ending;
	do
		ending = live_once(container);
	while (start_again(container, &ending, &failure));
	container_unpublish(container);
	record_end(container, &ending);
	return ending.exit_code;
}

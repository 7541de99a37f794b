#include "session_turn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "session_input.h"
#include "session_window.h"

#define READ_SIZE 65536
#define MUCH 2048
/* Reads: more than any pipe holds. */
#define MOST_DRAINED 128
#define INPUT_LIMIT (64 * 1024)
#define KEEP_CAPACITY 2048
#define REST_MS 100

enum slot {
	SLOT_PROCESS,
	SLOT_SYNC,
	SLOT_LISTEN,
	SLOT_STDIN,
	SLOT_STDOUT,
	SLOT_STDERR,
	SLOT_HEALTH,
	SLOT_CHILDREN,
	SLOT_RESOLVER,
	SLOT_PROXY = SLOT_RESOLVER + RESOLVER_SLOTS,
	SLOT_FIREWALL = SLOT_PROXY + PROXY_SLOTS,
	SLOT_CLIENTS
};

static void attach(struct session *session, struct client *client, const struct stream_frame *frame)
{
	const uint8_t *payload = frame->payload;
	/* The second is what clients said before there was a replay. */
	if ((frame->length != 9 && frame->length != 5) || client->attached)
		return;
	uint32_t replay = 0;
	if (frame->length == 9)
		memcpy(&replay, payload + 5, sizeof(replay));
	client->attached = true;
	client->sends_input = payload[0] & ATTACH_INPUT;
	client->lossless = payload[0] & ATTACH_LOSSLESS;
	client->complete = payload[0] & ATTACH_COMPLETE;
	client->wants_output = !(payload[0] & ATTACH_NO_OUTPUT);
	if (!client->wants_output)
		return;
	window_resize(session, client, payload + 1);
	client_watch(&session->clients, client, replay);
}

static void handle_frame(struct session *session, struct client *client, const struct stream_frame *frame)
{
	switch (frame->type) {
	case STREAM_ATTACH:
		attach(session, client, frame);
		return;
	case STREAM_INPUT:
		window_use(session, client);
		input_take(session, frame->payload, frame->length);
		return;
	case STREAM_INPUT_END:
		/* A pipe that ends at a client is no end for those who come later; what a person says is. */
		if (session->spec->stdin_mode == STDIN_ONCE || (frame->length == 1 && frame->payload[0])) {
			session->input_ended = true;
			input_write(session);
		}
		return;
	case STREAM_WINDOW_SIZE:
		if (frame->length == 4)
			window_resize(session, client, frame->payload);
		return;
	case STREAM_SIGNAL:
		/* Through the pidfd: the pid could be another's by now. Before exec it would hit our own program. */
		if (frame->length == 1 && session->going)
			syscall(SYS_pidfd_send_signal, session->pid_fd, frame->payload[0], NULL, 0);
		return;
	default:
		if (session->control)
			session->control(session, client, frame);
		return;
	}
}

/* False: the client is gone, or speaks no protocol of ours. */
static bool read_client(struct session *session, struct client *client)
{
	long count = stream_fill(&client->incoming, client->fd);
	if (count == 0 || (count < 0 && errno != EAGAIN))
		return false;
	struct stream_frame frame;
	int result;
	while ((result = stream_peek(&client->incoming, &frame)) > 0) {
		handle_frame(session, client, &frame);
		stream_drop(&client->incoming, &frame);
	}
	/* Clients are many; keys need little. */
	if (client->incoming.length == 0 && client->incoming.capacity > KEEP_CAPACITY)
		stream_free(&client->incoming);
	return result == 0;
}

/* Reads once: 1 something came, 0 nothing there, -1 the end. */
static int read_output(struct session *session, int *fd, uint8_t type, const char *stream)
{
	char buffer[READ_SIZE];
	ssize_t count = read(*fd, buffer, sizeof(buffer));
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	/* A terminal whose last process has closed it says EIO. */
	if (count <= 0) {
		if (fd == &session->stdout_fd && session->stdin_fd == session->stdout_fd)
			session->stdin_fd = -1;
		close_and_forget(fd);
		return -1;
	}
	size_t length = (size_t)count;
	/* A terminal gives 4 KiB at a time; where there is much, more is there already. The end of it is met again. */
	while (length >= MUCH && length < sizeof(buffer) && (count = read(*fd, buffer + length, sizeof(buffer) - length)) > 0)
		length += (size_t)count;
	uint64_t position = session->log.end;
	/* What could not be kept is still given to those who keep up. */
	log_write(&session->log, stream, buffer, length);
	clients_write(&session->clients, type, buffer, length, position);
	return 1;
}

static void read_streams(struct session *session)
{
	if (session->stdout_fd >= 0)
		read_output(session, &session->stdout_fd, STREAM_STDOUT, "stdout");
	if (session->stderr_fd >= 0)
		read_output(session, &session->stderr_fd, STREAM_STDERR, "stderr");
}

void session_drain(struct session *session)
{
	for (int i = 0; i < MOST_DRAINED && session->stdout_fd >= 0; i++)
		if (read_output(session, &session->stdout_fd, STREAM_STDOUT, "stdout") <= 0)
			break;
	for (int i = 0; i < MOST_DRAINED && session->stderr_fd >= 0; i++)
		if (read_output(session, &session->stderr_fd, STREAM_STDERR, "stderr") <= 0)
			break;
}

static void remove_client(struct session *session, size_t index)
{
	bool typed = session->clients.items[index].sends_input;
	clients_remove(&session->clients, index);
	window_inherit(session);
	/* Who could still have sent input is gone, and nobody else is there: a program that reads on would wait for ever. */
	if (typed && session->spec->stdin_mode == STDIN_ONCE && !clients_type(&session->clients)) {
		session->input_ended = true;
		input_write(session);
	}
}

static void serve_clients(struct session *session, const struct pollfd *polled, size_t count)
{
	/* From the end, because removing moves those behind. New ones were not polled. */
	for (size_t i = count; i > 0; i--) {
		struct client *client = &session->clients.items[i - 1];
		bool alive = true;
		if (polled[i - 1].revents & (POLLIN | POLLHUP | POLLERR))
			alive = read_client(session, client);
		if (alive && !client_flush(&session->clients, client))
			alive = false;
		if (!alive)
			remove_client(session, i - 1);
	}
}

static struct pollfd *fill_polled(const struct session *session, bool reading)
{
	struct pollfd *polled = calloc(SLOT_CLIENTS + session->clients.count, sizeof(*polled));
	if (!polled)
		return NULL;
	bool hold = !reading || clients_hold_back(&session->clients);
	/* Nobody who is slow holds up the end. */
	polled[SLOT_PROCESS] = (struct pollfd){ reading ? session->pid_fd : -1, POLLIN, 0 };
	polled[SLOT_SYNC] = (struct pollfd){ session->sync_fd, POLLIN, 0 };
	polled[SLOT_LISTEN] = (struct pollfd){ session->listen_fd, POLLIN, 0 };
	polled[SLOT_STDIN] = (struct pollfd){ session->input.length > 0 ? session->stdin_fd : -1, POLLOUT, 0 };
	polled[SLOT_STDOUT] = (struct pollfd){ hold ? -1 : session->stdout_fd, POLLIN, 0 };
	polled[SLOT_STDERR] = (struct pollfd){ hold ? -1 : session->stderr_fd, POLLIN, 0 };
	polled[SLOT_HEALTH] = (struct pollfd){ session->health ? session->health->pid_fd : -1, POLLIN, 0 };
	polled[SLOT_CHILDREN] = (struct pollfd){ session->children_fd, POLLIN, 0 };
	resolver_watch(session->resolver, polled + SLOT_RESOLVER);
	proxy_watch(session->proxy, polled + SLOT_PROXY);
	polled[SLOT_FIREWALL] = (struct pollfd){ session->firewall_changed ? session->firewall_fd : -1, POLLIN, 0 };
	for (size_t i = 0; i < session->clients.count; i++) {
		const struct client *client = &session->clients.items[i];
		/* Input waits in the clients' sockets while the process does not take it. */
		short events = session->input.length < INPUT_LIMIT && !client_is_full(client) ? POLLIN : 0;
		if (!client_is_idle(client))
			events |= POLLOUT;
		polled[SLOT_CLIENTS + i] = (struct pollfd){ client->fd, events, 0 };
	}
	return polled;
}

/* Who waits at a door is told of again and again: where nobody can be let in, nobody is listened to for a moment. */
static bool rests(struct session *session)
{
	if (session->rests_until != 0 && monotonic_ms() >= session->rests_until)
		session->rests_until = 0;
	return session->rests_until != 0;
}

static void close_doors(struct pollfd *polled)
{
	static const enum slot doors[] = { SLOT_LISTEN, SLOT_RESOLVER, SLOT_RESOLVER + 1, SLOT_PROXY };
	for (size_t i = 0; i < ARRAY_LENGTH(doors); i++)
		polled[doors[i]].fd = -1;
}

static bool is_known(const struct session *session, pid_t pid)
{
	return pid == session->pid || (session->health && pid == session->health->pid) ||
	       (session->resolver && pid == session->resolver->attendant.pid) || (session->proxy && pid == session->proxy->attendant.pid);
}

/* A pid namespace ends only when all its processes have been reaped. Whose end is still to be read is left for who does. */
static void reap_strangers(struct session *session)
{
	struct signalfd_siginfo signals[8];
	while (read(session->children_fd, signals, sizeof(signals)) > 0)
		;
	session->left_strangers = false;
	for (siginfo_t child = { 0 }; waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0; child.si_pid = 0) {
		if (is_known(session, child.si_pid)) {
			/* Who is behind it was told of by the same signal: there may be no other. */
			session->left_strangers = true;
			return;
		}
		waitpid(child.si_pid, NULL, 0);
	}
}

bool session_turn(struct session *session, bool reading, int timeout, struct session_events *events)
{
	size_t count = session->clients.count;
	CLEANUP_FREE struct pollfd *polled = fill_polled(session, reading);
	*events = (struct session_events){ 0 };
	if (!polled) {
		/* No memory for a round: others will give some back. */
		nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
		return true;
	}
	if (rests(session)) {
		close_doors(polled);
		timeout = timeout >= 0 && timeout < REST_MS ? timeout : REST_MS;
	}
	int ready = poll(polled, SLOT_CLIENTS + count, health_timeout(session->health, window_timeout(session, timeout)));
	/* A limit of descriptors below their number (EINVAL): those who are attached wait, and not the process. */
	if (ready < 0 && errno == EINVAL)
		ready = poll(polled, SLOT_CLIENTS, REST_MS);
	if (ready < 0 && errno != EINTR)
		nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
	window_settle(session);
	health_serve(session->health);
	if (ready <= 0)
		return ready < 0;
	if (polled[SLOT_STDIN].revents)
		input_write(session);
	if (polled[SLOT_STDOUT].revents || polled[SLOT_STDERR].revents)
		read_streams(session);
	bool served = resolver_serve(session->resolver, polled + SLOT_RESOLVER);
	served &= proxy_serve(session->proxy, polled + SLOT_PROXY);
	if (polled[SLOT_CHILDREN].revents || session->left_strangers)
		reap_strangers(session);
	if (polled[SLOT_FIREWALL].revents)
		session->firewall_changed(session);
	serve_clients(session, polled + SLOT_CLIENTS, count);
	if (session->clients.redraw)
		window_redraw(session);
	if (polled[SLOT_LISTEN].revents)
		served &= clients_accept(&session->clients, session->listen_fd, session->owner_uid);
	if (!served)
		session->rests_until = monotonic_ms() + REST_MS;
	*events = (struct session_events){ polled[SLOT_PROCESS].revents != 0, polled[SLOT_SYNC].revents != 0 };
	return true;
}

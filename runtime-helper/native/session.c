#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "io.h"
#include "rights.h"
#include "session_input.h"
#include "session_turn.h"
#include "session_window.h"

#define FAREWELL_MS 2000

static void take_terminal(struct session *session, int master)
{
	fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	input_close(session);
	close_and_forget(&session->stdout_fd);
	session->stdin_fd = session->stdout_fd = master;
	window_begin(session);
}

/* One message of init's: 1 go on waiting, 0 exec has worked, -1 it has failed. */
static int read_sync(struct session *session, struct failure *failure)
{
	struct sync_failure message = { 0 };
	CLEANUP_CLOSE int master = -1;
	ssize_t length = rights_receive(session->sync_fd, &(struct iovec){ &message, sizeof(message) }, 1, &master);
	/* Reset, once: init has died without having read SYNC_GO. What it said before is there to be read. */
	if (length < 0)
		return errno == EAGAIN || errno == ECONNRESET ? 1 : fail(failure, STAGE_CLONE, "init");
	/* exec has closed the other end. Before init was ready, it was its own death. */
	if (length == 0)
		return session->going ? 0 : fail_with(failure, STAGE_CLONE, ECHILD, "init died");
	if (message.type == SYNC_FAILED && length == sizeof(message)) {
		*failure = message.failure;
		return -1;
	}
	if (message.type == SYNC_TERMINAL && master >= 0)
		take_terminal(session, take_fd(&master));
	else if (message.type == SYNC_READY)
		session->ready = true;
	return 1;
}

/* Said as soon as it may be, so that init does not have to wait for it once it is ready. */
static void go_when_possible(struct session *session)
{
	if (!session->told && (!session->spec->gate || clients_watch(&session->clients))) {
		session->told = true;
		sync_send(session->sync_fd, SYNC_GO, -1);
	}
	session->going = session->told && session->ready;
}

int session_start(struct session *session, struct failure *failure)
{
	session->clients.log = &session->log;
	log_begin(&session->log);
	for (;;) {
		go_when_possible(session);
		struct session_events events;
		session_turn(session, false, -1, &events);
		if (!events.sync)
			continue;
		int result = read_sync(session, failure);
		if (result > 0)
			continue;
		close_and_forget(&session->sync_fd);
		if (result < 0) {
			syscall(SYS_pidfd_send_signal, session->pid_fd, SIGKILL, NULL, 0);
			while (waitpid(session->pid, NULL, 0) < 0 && errno == EINTR)
				;
			return -1;
		}
		if (session->started)
			session->started(session);
		return 0;
	}
}

int session_run(struct session *session)
{
	for (;;) {
		struct session_events events;
		session_turn(session, true, -1, &events);
		if (!events.process)
			continue;
		session_drain(session);
		int status = 0;
		while (waitpid(session->pid, &status, 0) < 0 && errno == EINTR)
			;
		return status;
	}
}

static bool somebody_waits(const struct session *session, bool for_all)
{
	for (size_t i = 0; i < session->clients.count; i++) {
		const struct client *client = &session->clients.items[i];
		if (!client_is_idle(client) && (client->lossless || client->complete || !for_all))
			return true;
	}
	return false;
}

void session_part(struct session *session, int exit_code)
{
	/* What the next process says is for those who come then. */
	clients_leave(&session->clients, (uint8_t)exit_code);
	session->window.settles_at = 0;
	input_close(session);
	close_and_forget(&session->stdout_fd);
	close_and_forget(&session->stderr_fd);
	close_and_forget(&session->pid_fd);
	stream_free(&session->input);
	session->pid = 0;
	session->input_ended = session->ready = session->told = session->going = false;
}

void session_idle(struct session *session, int milliseconds)
{
	struct session_events events;
	session_turn(session, false, milliseconds, &events);
}

void session_finish(struct session *session, int exit_code)
{
	close_and_forget(&session->listen_fd);
	clients_leave(&session->clients, (uint8_t)exit_code);
	close_and_forget(&session->pid_fd);
	session->window.settles_at = 0;
	/* No door is left. */
	session->rests_until = 0;
	struct session_events events;
	while (somebody_waits(session, false) && !somebody_waits(session, true))
		if (!session_turn(session, false, FAREWELL_MS, &events))
			break;
	while (somebody_waits(session, true))
		session_turn(session, false, -1, &events);
}

int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

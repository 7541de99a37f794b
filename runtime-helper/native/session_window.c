#include "session_window.h"

#include <sys/ioctl.h>

#include "io.h"

/* As long as a program needs to ask for the size that it was just told of. */
#define SETTLE_MS 40

static void tell_terminal(const struct session *session, unsigned rows)
{
	struct winsize size = { .ws_col = session->window.columns, .ws_row = (unsigned short)rows };
	if (session->spec->terminal && session->stdout_fd >= 0)
		ioctl(session->stdout_fd, TIOCSWINSZ, &size);
}

static void tell_clients(struct session *session)
{
	const struct session_window *window = &session->window;
	uint8_t size[4] = { (uint8_t)window->columns, (uint8_t)(window->columns >> 8), (uint8_t)window->rows,
			    (uint8_t)(window->rows >> 8) };
	for (size_t i = 0; i < session->clients.count; i++) {
		struct client *client = &session->clients.items[i];
		if (client->wants_output && !client->leaving)
			client_frame(client, STREAM_WINDOW_SIZE, size, sizeof(size));
	}
}

static void take_size(struct session *session, const struct client *client)
{
	struct session_window *window = &session->window;
	if (client->columns == 0 || client->rows == 0 ||
	    (client->columns == window->columns && client->rows == window->rows))
		return;
	window->columns = client->columns;
	window->rows = client->rows;
	/* A shell that is about to prompt may put back the size that it has just read (readline's set_winsize): then it is told again. */
	window->settles_at = (int64_t)monotonic_ms() + SETTLE_MS;
	/* Those who look learn it before they see what the program makes of it. */
	if (session->spec->terminal && session->stdout_fd >= 0)
		tell_clients(session);
	tell_terminal(session, window->rows);
}

void window_inherit(struct session *session)
{
	const struct client *last = NULL;
	for (size_t i = 0; i < session->clients.count; i++) {
		const struct client *client = &session->clients.items[i];
		if (client->used > 0 && !client->leaving && (!last || client->used > last->used))
			last = client;
	}
	if (last)
		take_size(session, last);
}

void window_begin(struct session *session)
{
	session->window.columns = (uint16_t)session->spec->columns;
	session->window.rows = (uint16_t)session->spec->rows;
	window_inherit(session);
}

void window_use(struct session *session, struct client *client)
{
	if (client->columns == 0 || client->rows == 0)
		return;
	client->used = ++session->window.uses;
	take_size(session, client);
}

void window_resize(struct session *session, struct client *client, const uint8_t *size)
{
	client->columns = (uint16_t)(size[0] | size[1] << 8);
	client->rows = (uint16_t)(size[2] | size[3] << 8);
	window_use(session, client);
}

void window_redraw(struct session *session)
{
	struct session_window *window = &session->window;
	session->clients.redraw = false;
	if (!session->spec->terminal || window->rows < 2)
		return;
	tell_terminal(session, window->rows - 1U);
	window->settles_at = (int64_t)monotonic_ms() + SETTLE_MS;
}

int window_timeout(const struct session *session, int timeout)
{
	if (session->window.settles_at == 0)
		return timeout;
	int64_t left = session->window.settles_at - (int64_t)monotonic_ms();
	if (left < 0)
		left = 0;
	return timeout >= 0 && timeout < left ? timeout : (int)left;
}

void window_settle(struct session *session)
{
	struct session_window *window = &session->window;
	if (window->settles_at == 0 || (int64_t)monotonic_ms() < window->settles_at)
		return;
	window->settles_at = 0;
	tell_terminal(session, window->rows);
}

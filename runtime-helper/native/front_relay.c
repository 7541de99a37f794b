#include "front_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "front_frames.h"
#include "front_message.h"
#include "front_terminal.h"
#include "io.h"

#define INPUT_CHUNK 32768
/* Input is not read on while more than this waits for the peer. */
#define INPUT_LIMIT (256 * 1024)
#define PATIENT_SIGNALS 3

static uint16_t read_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static int end_of(int code)
{
	return code < 0 ? EXIT_ENGINE : code;
}

/* Takes the frames that are whole, until output must wait. */
static int take_frames(struct relay *relay, struct link *link)
{
	struct stream_frame frame;
	int whole;
	while ((whole = stream_peek(&link->in, &frame)) == 1) {
		int code = GOES_ON;
		if (frame.type == STREAM_STDOUT || frame.type == STREAM_STDERR) {
			bool is_hidden = link == &relay->monitor && relay->hidden[frame.type == STREAM_STDERR];
			relay->blocked = is_hidden || front_output_write(&relay->output, &frame) ? NULL : link;
			if (relay->blocked)
				return GOES_ON;
		} else if (link == &relay->helper)
			code = relay_take_from_helper(relay, &frame);
		else
			code = relay_take_from_monitor(relay, &frame);
		if (code != GOES_ON)
			return code;
		stream_drop(&link->in, &frame);
	}
	return whole < 0 ? relay_broken(link == &relay->helper ? "the helper" : "the monitor") : GOES_ON;
}

static int helper_ended(struct relay *relay)
{
	link_close(&relay->helper);
	if (relay->input == &relay->helper)
		relay->input = NULL;
	if (relay->monitor.fd >= 0)
		return GOES_ON;
	if (relay->was_attached && relay->helper_code < 0) {
		front_error("the container's monitor ended without a word about its process");
		return EXIT_ENGINE;
	}
	if (!relay->heard)
		return RELAY_UNHEARD;
	front_error("the helper ended before the command was done");
	return EXIT_ENGINE;
}

/* A process that never ran: why, the helper says. */
static int monitor_ended(struct relay *relay)
{
	link_close(&relay->monitor);
	relay->input = NULL;
	terminal_restore();
	relay->is_raw = false;
	if (relay->helper_code >= 0)
		return relay->helper_code;
	return relay->helper.fd < 0 ? helper_ended(relay) : GOES_ON;
}

static int receive(struct relay *relay, struct link *link)
{
	int came = link_fill(link);
	if (came == 0)
		return GOES_ON;
	if (came < 0)
		return link == &relay->helper ? helper_ended(relay) : monitor_ended(relay);
	if (link == &relay->helper)
		relay->heard = true;
	return take_frames(relay, link);
}

static void end_input(struct relay *relay)
{
	link_queue(relay->input, STREAM_INPUT_END, NULL, 0);
	relay->input = NULL;
}

static int read_input(struct relay *relay)
{
	uint8_t bytes[INPUT_CHUNK];
	uint8_t typed[INPUT_CHUNK + MAX_DETACH_KEYS];
	ssize_t count = read(relay->stdin_fd, bytes, sizeof(bytes));
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return GOES_ON;
	if (count <= 0) {
		end_input(relay);
		return GOES_ON;
	}
	size_t length;
	bool detached = detach_keys_filter(&relay->keys, bytes, (size_t)count, typed, &length);
	if (length > 0)
		link_queue(relay->input, STREAM_INPUT, typed, length);
	link_flush(relay->input);
	return detached ? 0 : GOES_ON;
}

static int forward_signal(struct relay *relay, int number)
{
	if (number == SIGTERM || number == SIGINT)
		relay->termination_signals++;
	if (relay->termination_signals >= PATIENT_SIGNALS) {
		terminal_restore();
		front_error("got %d SIGTERM/SIGINTs, leaving the container to itself", PATIENT_SIGNALS);
		return 1;
	}
	uint8_t byte = (uint8_t)number;
	link_queue(&relay->monitor, STREAM_SIGNAL, &byte, 1);
	return GOES_ON;
}

static int take_signal(struct relay *relay)
{
	struct signalfd_siginfo info;
	if (read(relay->signal_fd, &info, sizeof(info)) != sizeof(info))
		return GOES_ON;
	int number = (int)info.ssi_signo;
	if (number == SIGCONT) {
		/* The shell had its own modes while we were stopped. */
		if (relay->is_raw)
			terminal_make_raw();
		number = SIGWINCH;
	}
	if (number == SIGWINCH) {
		uint8_t size[4];
		relay_size(size);
		struct link *peer = relay->monitor.fd >= 0 ? &relay->monitor : &relay->helper;
		if (read_u16(size) > 0 && peer->fd >= 0)
			link_queue(peer, STREAM_WINDOW_SIZE, size, sizeof(size));
		return GOES_ON;
	}
	if (relay->monitor.fd < 0 || !relay->passes_signals)
		return 128 + number;
	int code = forward_signal(relay, number);
	/* Nobody is left to see what the process makes of it. */
	return number == SIGHUP && relay->is_raw ? 128 + number : code;
}

static short events_of(const struct relay *relay, const struct link *link)
{
	return (short)((relay->blocked ? 0 : POLLIN) | (link->out_length > 0 ? POLLOUT : 0));
}

static int turn(struct relay *relay)
{
	link_flush(&relay->helper);
	link_flush(&relay->monitor);
	bool reads_input = relay->input && relay->input->out_length < INPUT_LIMIT;
	struct stream_frame frame;
	int blocked_fd = -1;
	if (relay->blocked && stream_peek(&relay->blocked->in, &frame) == 1)
		blocked_fd = front_output_fd(&relay->output, &frame);
	struct pollfd fds[] = {
		{ .fd = relay->signal_fd, .events = POLLIN },
		{ .fd = relay->helper.fd, .events = events_of(relay, &relay->helper) },
		{ .fd = relay->monitor.fd, .events = events_of(relay, &relay->monitor) },
		{ .fd = reads_input ? relay->stdin_fd : -1, .events = POLLIN },
		{ .fd = blocked_fd, .events = POLLOUT },
	};
	/* A peer that has left is always ready: it is looked at when its bytes can be written again. */
	for (int i = 1; i <= 2; i++)
		if (fds[i].events == 0)
			fds[i].fd = -1;
	if (poll(fds, ARRAY_LENGTH(fds), -1) < 0)
		return errno == EINTR ? GOES_ON : EXIT_ENGINE;
	int code = fds[0].revents ? take_signal(relay) : GOES_ON;
	if (code == GOES_ON && fds[4].revents)
		code = take_frames(relay, relay->blocked);
	if (code == GOES_ON && fds[2].revents & ~POLLOUT && !relay->blocked)
		code = receive(relay, &relay->monitor);
	if (code == GOES_ON && fds[1].revents & ~POLLOUT && !relay->blocked && relay->helper.fd >= 0)
		code = receive(relay, &relay->helper);
	if (code == GOES_ON && fds[3].revents && relay->input)
		code = read_input(relay);
	return code;
}

static int open_signals(void)
{
	static const int handled[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGWINCH, SIGCONT };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LENGTH(handled); i++) {
		struct sigaction action;
		/* What our caller ignores (nohup, a shell's background job) stays ignored. */
		if (sigaction(handled[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, handled[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int front_relay(int helper_fd, const uint8_t *hello, size_t hello_length)
{
	struct relay relay = {
		.monitor = { .fd = -1 },
		.helper_code = -1,
		.signal_fd = open_signals(),
		.stdin_fd = terminal_reopen(STDIN_FILENO, O_RDONLY),
	};
	front_output_open(&relay.output);
	int code = GOES_ON;
	if (link_open(&relay.helper, helper_fd) < 0 || link_queue(&relay.helper, STREAM_HELLO, hello, hello_length) < 0) {
		front_error("cannot speak with the helper: %s", strerror(errno));
		code = EXIT_ENGINE;
	}
	while (code == GOES_ON)
		code = turn(&relay);
	terminal_restore();
	/* What was typed or sent last, such as a signal, should still arrive; the monitor is not waited for. */
	link_flush(&relay.monitor);
	/* The process ends, and all that it has with it. */
	if (code != RELAY_UNHEARD)
		return end_of(code);
	link_close(&relay.helper);
	front_output_close(&relay.output);
	if (relay.stdin_fd > STDERR_FILENO)
		close(relay.stdin_fd);
	close(relay.signal_fd);
	return code;
}

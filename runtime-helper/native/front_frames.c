#include "front_frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front_connect.h"
#include "front_message.h"
#include "front_terminal.h"
#include "io.h"

void relay_size(uint8_t *bytes)
{
	struct window_size size = terminal_size();
	bytes[0] = (uint8_t)size.columns;
	bytes[1] = (uint8_t)(size.columns >> 8);
	bytes[2] = (uint8_t)size.rows;
	bytes[3] = (uint8_t)(size.rows >> 8);
}

int relay_broken(const char *who)
{
	front_error("%s spoke in a way that is not ours", who);
	return EXIT_ENGINE;
}

/* The monitor is not to be reached: what became of the process, the helper will say. */
static void connect_monitor(struct relay *relay, const char *path, uint8_t flags, bool is_raw, uint32_t replay)
{
	int fd = front_connect_path(path);
	if (fd < 0)
		return;
	link_close(&relay->monitor);
	if (link_open(&relay->monitor, fd) < 0) {
		link_close(&relay->monitor);
		return;
	}
	uint8_t attach[9] = { flags };
	relay_size(attach + 1);
	for (int i = 0; i < 4; i++)
		attach[5 + i] = (uint8_t)(replay >> 8 * i);
	link_queue(&relay->monitor, STREAM_ATTACH, attach, sizeof(attach));
	relay->was_attached = true;
	relay->input = flags & ATTACH_INPUT ? &relay->monitor : NULL;
	relay->is_raw = is_raw && isatty(STDIN_FILENO);
	if (relay->is_raw)
		terminal_make_raw();
}

/* Nobody watches a pipe or a file: what comes out of it should be whole. Only a process that is ours waits for that. */
static uint8_t attach_flags(bool wants_input, bool is_ours)
{
	uint8_t output = isatty(STDOUT_FILENO) ? 0 : is_ours ? ATTACH_LOSSLESS : ATTACH_COMPLETE;
	return (uint8_t)(output | (wants_input ? ATTACH_INPUT : 0));
}

/* `C`: path, "1" for input, "1" for raw mode, detach keys, "1" for passing signals on, bytes of output to be replayed, "1" for a process
 * that is begun with us, "1" and "2" for the outputs that are wanted. */
static int take_connect(struct relay *relay, const struct stream_frame *frame)
{
	const char *strings[8];
	const char *at = (const char *)frame->payload;
	const char *end = at + frame->length;
	for (size_t i = 0; i < ARRAY_LENGTH(strings); i++) {
		const char *stop = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;
		if (!stop)
			return relay_broken("the helper");
		strings[i] = at;
		at = stop + 1;
	}
	if (!detach_keys_parse(&relay->keys, strings[3]))
		return relay_broken("the helper");
	relay->passes_signals = strings[4][0] == '1';
	relay->hidden[0] = !strchr(strings[7], '1');
	relay->hidden[1] = !strchr(strings[7], '2');
	uint8_t flags = attach_flags(strings[1][0] == '1', strings[6][0] == '1');
	connect_monitor(relay, strings[0], flags, strings[2][0] == '1', (uint32_t)strtoul(strings[5], NULL, 10));
	/* Only in a terminal of the container's are keys typed; from a pipe come bytes. */
	if (!relay->is_raw)
		relay->keys = (struct detach_keys){ 0 };
	return GOES_ON;
}

static int take_prompt(struct relay *relay, const struct stream_frame *frame)
{
	char answer[512];
	ssize_t length = terminal_ask((const char *)frame->payload, frame->length, relay->signal_fd, answer, sizeof(answer));
	/* A signal waits: the loop reads it next, and leaves. */
	if (length >= 0)
		link_queue(&relay->helper, STREAM_SECRET, answer, (size_t)length);
	explicit_bzero(answer, sizeof(answer));
	return GOES_ON;
}

static void tell_gap(bool is_raw, const struct stream_frame *frame)
{
	uint64_t missed = 0;
	for (int i = 7; i >= 0; i--)
		missed = missed << 8 | frame->payload[i];
	char line[128];
	/* What was left out may have ended within an escape sequence, or between colours. */
	const char *before = is_raw ? "\030\033[0m\r\n" : "\n";
	int length = snprintf(line, sizeof(line), "%s[skiff: this terminal was too slow: %llu bytes left out]%s", before,
			      (unsigned long long)missed, is_raw ? "\r\n" : "\n");
	if (terminal_write(STDERR_FILENO, line, (size_t)length) < 0)
		return;
}

int relay_take_from_monitor(struct relay *relay, const struct stream_frame *frame)
{
	if (frame->type == STREAM_EXIT && frame->length == 1)
		return frame->payload[0];
	if (frame->type == STREAM_GAP && frame->length == 8)
		tell_gap(relay->is_raw, frame);
	return GOES_ON;
}

int relay_take_from_helper(struct relay *relay, const struct stream_frame *frame)
{
	switch (frame->type) {
	case STREAM_EXIT:
		if (frame->length != 1)
			return relay_broken("the helper");
		/* The monitor's last bytes may still be under way. */
		relay->helper_code = frame->payload[0];
		return relay->monitor.fd < 0 ? relay->helper_code : GOES_ON;
	case STREAM_CONNECT:
		return take_connect(relay, frame);
	case STREAM_WANT_INPUT:
		if (relay->input != &relay->monitor)
			relay->input = frame->length == 1 && frame->payload[0] ? &relay->helper : NULL;
		return GOES_ON;
	case STREAM_PROMPT:
		return take_prompt(relay, frame);
	default:
		return GOES_ON;
	}
}

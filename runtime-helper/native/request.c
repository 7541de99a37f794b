#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "worker.h"

int request_parse(struct request *request, uint32_t id, char *body, size_t length)
{
	if (length == 0 || body[length - 1] != '\0') {
		errno = EBADMSG;
		return -1;
	}
	size_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += body[i] == '\0';
	const char **strings = calloc(count, sizeof(*strings));
	if (!strings)
		return -1;
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		strings[i] = body + at;
		at += strlen(body + at) + 1;
	}
	*request = (struct request){ .id = id, .count = count, .strings = strings };
	return 0;
}

void request_free(struct request *request)
{
	free(request->strings);
	request->strings = NULL;
}

/* Strings that do not fit are left out: replies are a few short words and warnings. */
struct frame {
	size_t length;
	char bytes[4096];
};

static void frame_begin(struct frame *frame, uint32_t id)
{
	memcpy(frame->bytes + 4, &id, sizeof(id));
	frame->length = 8;
}

static void frame_add(struct frame *frame, const char *text)
{
	size_t length = strlen(text) + 1;
	if (frame->length + length > sizeof(frame->bytes))
		return;
	memcpy(frame->bytes + frame->length, text, length);
	frame->length += length;
}

static int frame_send(struct frame *frame, int fd)
{
	uint32_t length = (uint32_t)(frame->length - 4);
	memcpy(frame->bytes, &length, sizeof(length));
	/* A helper that is gone needs no answer. */
	return write_full(fd, frame->bytes, frame->length);
}

void reply_event(int fd, uint32_t id, const char *name)
{
	struct frame frame;
	frame_begin(&frame, id);
	frame_add(&frame, "event");
	frame_add(&frame, name);
	frame_send(&frame, fd);
}

int reply_event_with(int fd, uint32_t id, const char *name, const char *argument)
{
	struct frame frame;
	frame_begin(&frame, id);
	frame_add(&frame, "event");
	frame_add(&frame, name);
	frame_add(&frame, argument);
	return frame_send(&frame, fd);
}

void reply_warning(int fd, uint32_t id, const char *text)
{
	struct frame frame;
	frame_begin(&frame, id);
	frame_add(&frame, "event");
	frame_add(&frame, "warning");
	frame_add(&frame, text);
	frame_send(&frame, fd);
}

void reply_ok(int fd, uint32_t id, size_t count, const char *const *arguments)
{
	struct frame frame;
	frame_begin(&frame, id);
	frame_add(&frame, "ok");
	for (size_t i = 0; i < count; i++)
		frame_add(&frame, arguments[i]);
	frame_send(&frame, fd);
	worker_answered();
}

void reply_error(int fd, uint32_t id, const struct failure *failure)
{
	char number[16];
	snprintf(number, sizeof(number), "%d", failure->error);
	struct frame frame;
	frame_begin(&frame, id);
	frame_add(&frame, "error");
	frame_add(&frame, failure->stage);
	frame_add(&frame, number);
	frame_add(&frame, failure->object);
	frame_send(&frame, fd);
	worker_answered();
}

#include "session_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

/* With a terminal both directions are one descriptor. */
void input_close(struct session *session)
{
	if (session->stdin_fd != session->stdout_fd)
		close_and_forget(&session->stdin_fd);
	session->stdin_fd = -1;
}

void input_write(struct session *session)
{
	while (session->input.length > 0 && session->stdin_fd >= 0) {
		ssize_t count = write(session->stdin_fd, session->input.data, session->input.length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN)
			return;
		if (count < 0) {
			/* Nobody reads it any more. */
			session->input.length = 0;
			input_close(session);
			return;
		}
		session->input.length -= (size_t)count;
		memmove(session->input.data, session->input.data + count, session->input.length);
	}
	if (session->input.length == 0)
		stream_free(&session->input);
	if (session->input.length == 0 && session->input_ended && !session->spec->terminal)
		input_close(session);
}

void input_take(struct session *session, const uint8_t *bytes, size_t length)
{
	struct stream_buffer *input = &session->input;
	if (session->stdin_fd < 0 || length == 0)
		return;
	uint8_t *data = realloc(input->data, input->length + length);
	if (!data)
		return;
	memcpy(data + input->length, bytes, length);
	input->data = data;
	input->length += length;
	input->capacity = input->length;
	/* Before exec nobody would see it: a terminal's echo comes with the process. */
	input_write(session);
}

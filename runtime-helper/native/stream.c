#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SMALL 1024
#define LARGE (64 * 1024)

void stream_header(uint8_t *header, uint8_t type, uint32_t length)
{
	header[0] = type;
	header[1] = (uint8_t)length;
	header[2] = (uint8_t)(length >> 8);
	header[3] = (uint8_t)(length >> 16);
	header[4] = (uint8_t)(length >> 24);
}

static uint32_t payload_length(const uint8_t *header)
{
	return (uint32_t)header[1] | (uint32_t)header[2] << 8 | (uint32_t)header[3] << 16 | (uint32_t)header[4] << 24;
}

long stream_fill(struct stream_buffer *buffer, int fd)
{
	/* Keys need little, and bytes that keep coming are read in ever larger pieces. */
	if (buffer->capacity - buffer->length < SMALL) {
		size_t more = buffer->capacity < SMALL ? SMALL : buffer->capacity;
		size_t capacity = buffer->capacity + (more < LARGE ? more : LARGE);
		uint8_t *data = realloc(buffer->data, capacity);
		if (!data)
			return -1;
		buffer->data = data;
		buffer->capacity = capacity;
	}
	ssize_t count;
	do
		count = read(fd, buffer->data + buffer->length, buffer->capacity - buffer->length);
	while (count < 0 && errno == EINTR);
	if (count > 0)
		buffer->length += (size_t)count;
	return count;
}

int stream_peek(const struct stream_buffer *buffer, struct stream_frame *frame)
{
	if (buffer->length < STREAM_HEADER)
		return 0;
	uint32_t length = payload_length(buffer->data);
	if (length > MAX_STREAM_PAYLOAD)
		return -1;
	if (buffer->length < STREAM_HEADER + (size_t)length)
		return 0;
	*frame = (struct stream_frame){ .type = buffer->data[0], .length = length, .payload = buffer->data + STREAM_HEADER };
	return 1;
}

void stream_drop(struct stream_buffer *buffer, const struct stream_frame *frame)
{
	size_t used = STREAM_HEADER + (size_t)frame->length;
	buffer->length -= used;
	memmove(buffer->data, buffer->data + used, buffer->length);
}

void stream_free(struct stream_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct stream_buffer){ 0 };
}

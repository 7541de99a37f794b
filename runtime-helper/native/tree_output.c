#include "tree_output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "io.h"

#define BATCH (64 * 1024)
/* Shorter contents are copied among the frames: a read is cheaper than one more message. */
#define SMALL_CONTENT (32 * 1024)

void output_open(struct tree_output *output, int fd)
{
	*output = (struct tree_output){ .fd = fd };
}

void output_free(struct tree_output *output)
{
	free(output->bytes);
	output->bytes = NULL;
}

static uint8_t *reserve(struct tree_output *output, size_t length)
{
	if (output->length + length > output->capacity) {
		size_t capacity = 2 * BATCH;
		while (capacity < output->length + length)
			capacity *= 2;
		uint8_t *larger = output->error ? NULL : realloc(output->bytes, capacity);
		if (!larger) {
			output->error = output->error ? output->error : ENOMEM;
			return NULL;
		}
		output->bytes = larger;
		output->capacity = capacity;
	}
	uint8_t *place = output->bytes + output->length;
	output->length += length;
	return place;
}

static void add(struct tree_output *output, const void *bytes, size_t length)
{
	uint8_t *place = reserve(output, length);
	if (place)
		memcpy(place, bytes, length);
}

void output_begin(struct tree_output *output)
{
	static const uint32_t unknown;
	output->frame = output->length;
	add(output, &unknown, sizeof(unknown));
}

void output_text(struct tree_output *output, const char *text)
{
	add(output, text, strlen(text) + 1);
}

void output_number(struct tree_output *output, long long value, int base)
{
	char text[32];
	snprintf(text, sizeof(text), base == 8 ? "%llo" : "%lld", value);
	output_text(output, text);
}

void output_hex(struct tree_output *output, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *place = reserve(output, 2 * length + 1);
	for (size_t i = 0; place && i < length; i++) {
		*place++ = (uint8_t)digits[bytes[i] >> 4];
		*place++ = (uint8_t)digits[bytes[i] & 15];
	}
	if (place)
		*place = '\0';
}

void output_end(struct tree_output *output)
{
	uint32_t length = (uint32_t)(output->length - output->frame - sizeof(length));
	if (output->error)
		return;
	memcpy(output->bytes + output->frame, &length, sizeof(length));
	if (output->length >= BATCH)
		output_flush(output);
}

void output_drop(struct tree_output *output)
{
	output->length = output->frame;
}

int output_flush(struct tree_output *output)
{
	if (!output->error && output->length > 0 && write_full(output->fd, output->bytes, output->length) < 0)
		output->error = errno;
	output->length = 0;
	errno = output->error;
	return output->error ? -1 : 0;
}

static void send_zeros(struct tree_output *output, uint64_t length)
{
	while (length > 0 && !output->error) {
		size_t count = length < BATCH ? (size_t)length : BATCH;
		uint8_t *place = reserve(output, count);
		if (place)
			memset(place, 0, count);
		length -= count;
		output_flush(output);
	}
}

static void copy_small(struct tree_output *output, int file, uint64_t offset, size_t length)
{
	uint8_t *place = reserve(output, length);
	size_t done = 0;
	while (place && done < length) {
		ssize_t count = pread(file, place + done, length - done, (off_t)(offset + done));
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		done += (size_t)count;
	}
	if (place)
		memset(place + done, 0, length - done);
	if (output->length >= BATCH)
		output_flush(output);
}

void output_file(struct tree_output *output, int file, uint64_t offset, uint64_t length)
{
	if (length <= SMALL_CONTENT) {
		copy_small(output, file, offset, (size_t)length);
		return;
	}
	output_flush(output);
	off_t at = (off_t)offset;
	while (length > 0 && !output->error) {
		ssize_t count = sendfile(output->fd, file, &at, length < (1U << 30) ? (size_t)length : (1U << 30));
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			output->error = errno;
		if (count <= 0)
			break;
		length -= (uint64_t)count;
	}
	send_zeros(output, length);
}

/* Feeds the parsers of frames, log records and detach keys with bytes of any kind, in pieces of any size. Built with sanitizers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "container_log.h"
#include "front_keys.h"
#include "stream.h"

static uint32_t state;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Mostly frames, some with lengths that are wrong. */
static size_t make_frames(uint8_t *bytes, size_t capacity)
{
	size_t length = 0;
	while (length + 400 < capacity && next() % 8) {
		uint32_t payload = next() % 300;
		stream_header(bytes + length, (uint8_t)next(), next() % 50 ? payload : next());
		length += STREAM_HEADER;
		for (uint32_t i = 0; i < payload; i++)
			bytes[length++] = (uint8_t)next();
	}
	return length;
}

static void feed_frames(void)
{
	uint8_t bytes[16384];
	int pair[2];
	struct stream_buffer buffer = { 0 };
	size_t length = make_frames(bytes, sizeof(bytes)), at = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		abort();
	while (at < length) {
		size_t part = 1 + next() % 700;
		if (part > length - at)
			part = length - at;
		if (write(pair[0], bytes + at, part) != (ssize_t)part || stream_fill(&buffer, pair[1]) != (long)part)
			abort();
		at += part;
		struct stream_frame frame;
		int result;
		while ((result = stream_peek(&buffer, &frame)) > 0) {
			if (frame.length > MAX_STREAM_PAYLOAD || frame.payload + frame.length > buffer.data + buffer.length)
				abort();
			stream_drop(&buffer, &frame);
		}
		if (result < 0)
			break;
	}
	stream_free(&buffer);
	close(pair[0]);
	close(pair[1]);
}

static void feed_records(void)
{
	size_t length = next() % 4096;
	/* Its own allocation, so that a read behind its end is seen. */
	uint8_t *bytes = malloc(length + 1);
	for (size_t i = 0; i < length; i++)
		bytes[i] = next() % 20 ? (uint8_t) "\n stdoutrFP2026-"[next() % 16] : (uint8_t)next();
	uint8_t *exact = malloc(length ? length : 1);
	memcpy(exact, bytes, length);
	free(bytes);
	struct log_record record;
	for (size_t at = 0, size; (size = log_parse(exact + at, length - at, &record)) > 0; at += size)
		if (record.length > size || at + size > length)
			abort();
	free(exact);
}

static void feed_keys(void)
{
	static const char *const lists[] = { "ctrl-p,ctrl-q", "a,a,b", "ctrl-@", "", "a", "ctrl-_,ctrl-_,ctrl-_" };
	struct detach_keys keys;
	uint8_t in[256], out[256 + MAX_DETACH_KEYS];
	size_t length;
	char text[64] = { 0 };
	if (!detach_keys_parse(&keys, lists[next() % 6]))
		abort();
	for (int round = 0; round < 8; round++) {
		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = "\020\021ab\037\0"[next() % 6];
		if (detach_keys_filter(&keys, in, next() % sizeof(in), out, &length) || length > sizeof(out))
			break;
	}
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = "ctrl-,@pq"[next() % 9];
	detach_keys_parse(&keys, text);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	for (int round = 0; round < rounds; round++) {
		feed_frames();
		feed_records();
		feed_keys();
	}
	printf("%d rounds\n", rounds);
	return 0;
}

/* The framing of attach sockets and of `skiff` and its helper: ARCHITECTURE.md, Seam 2. */
#ifndef SKIFF_STREAM_H
#define SKIFF_STREAM_H

#include <stddef.h>
#include <stdint.h>

#define STREAM_HEADER 5
#define MAX_STREAM_PAYLOAD (256 * 1024)

enum stream_type {
	STREAM_ATTACH = 'A',
	STREAM_INPUT = 'i',
	STREAM_INPUT_END = 'e',
	STREAM_WINDOW_SIZE = 'w',
	STREAM_SIGNAL = 's',
	STREAM_LAST = 'q',
	STREAM_POLICY = 'r',
	STREAM_FREEZE = 'f',
	STREAM_NAMES = 'n',
	STREAM_LEAD = 'l',
	STREAM_ANSWER = 'a',
	STREAM_STDOUT = 'o',
	STREAM_STDERR = 'E',
	STREAM_GAP = 'g',
	STREAM_EXIT = 'x',
	STREAM_HELLO = 'H',
	STREAM_CONNECT = 'C',
	STREAM_WANT_INPUT = 'I',
	STREAM_PROMPT = 'P',
	STREAM_SECRET = 'p',
};

enum attach_flag {
	ATTACH_INPUT = 1,
	ATTACH_LOSSLESS = 2,
	ATTACH_NO_OUTPUT = 4,
	ATTACH_COMPLETE = 8,
};

/* Writes a header of STREAM_HEADER bytes. */
void stream_header(uint8_t *header, uint8_t type, uint32_t length);

/* Bytes that came but are not yet whole frames. `data` is malloc'ed, grows up to one largest frame. */
struct stream_buffer {
	uint8_t *data;
	size_t length;
	size_t capacity;
};

struct stream_frame {
	uint8_t type;
	uint32_t length;
	const uint8_t *payload;
};

/* Reads once from `fd` into the buffer: bytes read, 0 at the end, -1 with errno. */
long stream_fill(struct stream_buffer *buffer, int fd);
/* 1 and the first frame; 0 when it is not whole; -1 when its length is beyond the limit. */
int stream_peek(const struct stream_buffer *buffer, struct stream_frame *frame);
/* Drops the frame that was peeked at. */
void stream_drop(struct stream_buffer *buffer, const struct stream_frame *frame);
void stream_free(struct stream_buffer *buffer);

#endif

/* Bytes from a socket through one buffer: headers whole, contents piece by piece. */
#ifndef SKIFF_LAYER_READER_H
#define SKIFF_LAYER_READER_H

#include <stddef.h>
#include <stdint.h>

struct layer_reader {
	int fd;
	size_t at, length;
	uint8_t bytes[256 * 1024];
};

/* Exactly `length` bytes. -1 with EPIPE when the peer has gone. */
int layer_read(struct layer_reader *reader, void *target, size_t length);
/* At least one and at most `most` bytes, where they lie; they are the caller's until the next call. NULL as above. */
const uint8_t *layer_read_piece(struct layer_reader *reader, uint64_t most, size_t *length);

#endif

#include "layer_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int fill(struct layer_reader *reader)
{
	ssize_t count;
	do
		count = read(reader->fd, reader->bytes, sizeof(reader->bytes));
	while (count < 0 && errno == EINTR);
	if (count == 0)
		errno = EPIPE;
	if (count <= 0)
		return -1;
	reader->at = 0;
	reader->length = (size_t)count;
	return 0;
}

const uint8_t *layer_read_piece(struct layer_reader *reader, uint64_t most, size_t *length)
{
	if (reader->at == reader->length && fill(reader) < 0)
		return NULL;
	size_t there = reader->length - reader->at;
	*length = most < there ? (size_t)most : there;
	const uint8_t *piece = reader->bytes + reader->at;
	reader->at += *length;
	return piece;
}

int layer_read(struct layer_reader *reader, void *target, size_t length)
{
	uint8_t *at = target;
	while (length > 0) {
		size_t count;
		const uint8_t *piece = layer_read_piece(reader, length, &count);
		if (!piece)
			return -1;
		memcpy(at, piece, count);
		at += count;
		length -= count;
	}
	return 0;
}

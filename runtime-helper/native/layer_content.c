#include "layer_content.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define ZERO_BLOCK 4096

/* Zeros are left out in blocks, so that what was sparse, or could be, takes no room. */
static bool is_zero(const uint8_t *bytes, size_t length)
{
	return length > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

static size_t block_of(size_t length)
{
	return length < ZERO_BLOCK ? length : ZERO_BLOCK;
}

/* How many bytes at the beginning are zeros, or are none, in whole blocks. */
static size_t run_of(const uint8_t *piece, size_t length, bool zero)
{
	size_t run = 0;
	while (run < length && is_zero(piece + run, block_of(length - run)) == zero)
		run += block_of(length - run);
	return run;
}

static int write_piece(int fd, const uint8_t *piece, size_t length, uint64_t offset)
{
	while (length > 0) {
		bool zero = is_zero(piece, block_of(length));
		size_t run = run_of(piece, length, zero);
		for (size_t done = 0; !zero && done < run;) {
			ssize_t count = pwrite(fd, piece + done, run - done, (off_t)(offset + done));
			if (count < 0 && errno == EINTR)
				continue;
			if (count < 0)
				return -1;
			done += (size_t)count;
		}
		piece += run;
		length -= run;
		offset += run;
	}
	return 0;
}

static int write_segment(struct layer_tree *tree, int fd, uint64_t offset, uint64_t size, struct layer_reader *content)
{
	while (size > 0) {
		size_t length;
		const uint8_t *piece = layer_read_piece(content, size, &length);
		if (!piece)
			return -1;
		tree->pending -= length;
		if (write_piece(fd, piece, length, offset) < 0)
			return -1;
		offset += length;
		size -= length;
	}
	return 0;
}

int layer_content_write(struct layer_tree *tree, int fd, struct layer_entry *entry, struct layer_reader *content)
{
	uint64_t offset, length;
	if (entry->segment_count == 0 && write_segment(tree, fd, 0, entry->size, content) < 0)
		return -1;
	while (layer_entry_next_segment(entry, &offset, &length) > 0)
		if (write_segment(tree, fd, offset, length, content) < 0)
			return -1;
	/* A file may end in zeros. */
	return entry->size > 0 ? ftruncate(fd, (off_t)entry->size) : 0;
}

int layer_content_skip(struct layer_tree *tree, struct layer_reader *content)
{
	while (tree->pending > 0) {
		size_t length;
		if (!layer_read_piece(content, tree->pending, &length))
			return -1;
		tree->pending -= length;
	}
	return 0;
}

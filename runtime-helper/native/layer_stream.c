#include <errno.h>
#include <stdlib.h>

#include "layer_content.h"
#include "layer_tree.h"

struct header {
	char *bytes;
	size_t capacity;
};

/* 1: an entry, in `header`, which grows as needed; 0: the empty one; -1 with errno. */
static int read_entry(struct layer_reader *reader, struct header *header, struct layer_entry *entry)
{
	uint32_t length;
	if (layer_read(reader, &length, sizeof(length)) < 0)
		return -1;
	if (length > MAX_ENTRY_HEADER) {
		errno = EMSGSIZE;
		return -1;
	}
	if (length > header->capacity) {
		char *larger = realloc(header->bytes, length);
		if (!larger)
			return -1;
		*header = (struct header){ larger, length };
	}
	if (length == 0)
		return 0;
	return layer_read(reader, header->bytes, length) < 0 || layer_entry_parse(entry, header->bytes, length) < 0 ? -1 : 1;
}

int layer_tree_read(struct layer_tree *tree, struct layer_reader *reader, struct failure *failure)
{
	struct header header = { 0 };
	struct layer_entry entry;
	int result;
	while ((result = read_entry(reader, &header, &entry)) > 0) {
		if (layer_tree_apply(tree, &entry, reader, failure) < 0) {
			free(header.bytes);
			return -1;
		}
	}
	free(header.bytes);
	return result < 0 ? fail(failure, STAGE_LAYER, "entry") : 0;
}

int layer_tree_drain(struct layer_tree *tree, struct layer_reader *reader)
{
	struct header header = { 0 };
	struct layer_entry entry;
	int result;
	do {
		result = layer_content_skip(tree, reader) < 0 ? -1 : read_entry(reader, &header, &entry);
		tree->pending = result > 0 ? entry.content : 0;
	} while (result > 0);
	free(header.bytes);
	return result;
}

#include "tree_links.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct tree_links *links, dev_t device, ino_t inode)
{
	uint64_t hash = ((uint64_t)inode ^ ((uint64_t)device << 32)) * 0x9e3779b97f4a7c15ULL;
	size_t place = (size_t)(hash >> 20) & (links->capacity - 1);
	while (links->files[place].path && (links->files[place].inode != inode || links->files[place].device != device))
		place = (place + 1) & (links->capacity - 1);
	return place;
}

/* A power of two, of which at most half is used. */
static int grow(struct tree_links *links)
{
	struct tree_links larger = { .count = links->count, .capacity = links->capacity ? links->capacity * 2 : 64 };
	larger.files = calloc(larger.capacity, sizeof(*larger.files));
	if (!larger.files)
		return -1;
	for (size_t i = 0; i < links->capacity; i++) {
		const struct seen_file *file = &links->files[i];
		if (file->path)
			larger.files[place_of(&larger, file->device, file->inode)] = *file;
	}
	free(links->files);
	*links = larger;
	return 0;
}

const char *links_first_name(struct tree_links *links, const struct stat *status, const char *path)
{
	if (links->count * 2 >= links->capacity && grow(links) < 0)
		return NULL;
	struct seen_file *file = &links->files[place_of(links, status->st_dev, status->st_ino)];
	if (file->path)
		return file->path;
	char *copy = strdup(path);
	if (copy) {
		*file = (struct seen_file){ status->st_dev, status->st_ino, copy };
		links->count++;
	}
	return NULL;
}

void links_free(struct tree_links *links)
{
	for (size_t i = 0; i < links->capacity; i++)
		free(links->files[i].path);
	free(links->files);
	*links = (struct tree_links){ 0 };
}

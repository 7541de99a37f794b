/* A directory's names, sorted: what is made of them is the same each time. */
#ifndef SKIFF_DIRECTORY_H
#define SKIFF_DIRECTORY_H

#include <stddef.h>

struct directory {
	size_t count;
	char **names;
};

/* Without "." and "..". -1 with errno. */
int directory_read(struct directory *directory, int fd);
void directory_free(struct directory *directory);
#define CLEANUP_DIRECTORY __attribute__((cleanup(directory_free)))

#endif

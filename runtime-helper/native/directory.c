#include "directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(struct directory *directory, const char *name)
{
	size_t count = directory->count;
	/* Room for a power of two of them. */
	if ((count & (count - 1)) == 0) {
		char **names = realloc(directory->names, (count ? count * 2 : 1) * sizeof(*names));
		if (!names)
			return -1;
		directory->names = names;
	}
	char *copy = strdup(name);
	if (!copy)
		return -1;
	directory->names[directory->count++] = copy;
	return 0;
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int read_all(struct directory *directory, DIR *stream)
{
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(stream);
		if (!entry)
			return errno ? -1 : 0;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && add(directory, entry->d_name) < 0)
			return -1;
	}
}

int directory_read(struct directory *directory, int fd)
{
	*directory = (struct directory){ 0 };
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = own < 0 ? NULL : fdopendir(own);
	if (!stream) {
		if (own >= 0)
			close(own);
		return -1;
	}
	int result = read_all(directory, stream), saved = errno;
	closedir(stream);
	if (directory->count > 1)
		qsort(directory->names, directory->count, sizeof(*directory->names), compare);
	errno = saved;
	return result;
}

void directory_free(struct directory *directory)
{
	for (size_t i = 0; i < directory->count; i++)
		free(directory->names[i]);
	free(directory->names);
	*directory = (struct directory){ 0 };
}

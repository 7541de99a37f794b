#include "tree_discard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "io.h"
#include "tree_copy.h"
#include "tree_remove.h"

static bool is_opaque(int directory)
{
	char value;
	return fgetxattr(directory, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

/* Where in the upper tree we are, and whether a directory on the way hides what the image has below it. */
struct position {
	int fd;
	bool hides;
};

/* 1: one level down; 0: nothing was written there. */
static int descend(struct position *position, const char *name)
{
	int next = open_beneath(position->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (next < 0)
		return errno == ENOENT ? 0 : -1;
	cleanup_close_fd(&position->fd);
	*position = (struct position){ next, position->hides || is_opaque(next) };
	return 1;
}

static int restore(const struct position *position, int lower, const char *path, const char *name)
{
	char text[PATH_MAX];
	size_t length = strlen(path) - strlen(name);
	struct stat status;
	memcpy(text, path, length);
	text[length] = '\0';
	CLEANUP_CLOSE int parent = lower < 0 ? -1 : open_beneath(lower, length ? text : ".", O_RDONLY | O_DIRECTORY, 0);
	/* The image has no such file. */
	if (parent < 0 || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return tree_copy_entry(parent, name, position->fd, name);
}

int discard_change(int upper, int lower, const char *path)
{
	char text[PATH_MAX];
	while (*path == '/')
		path++;
	if (strlen(path) >= sizeof(text)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(text, path);
	struct position position = { .fd = open_beneath(upper, ".", O_RDONLY | O_DIRECTORY, 0) };
	char *name = text, *slash;
	int result = position.fd < 0 ? -1 : 1;
	for (; result == 1 && (slash = strchr(name, '/')); name = slash + 1) {
		*slash = '\0';
		result = descend(&position, name);
	}
	if (result == 1 && !is_component(name)) {
		errno = EINVAL;
		result = -1;
	}
	if (result == 1) {
		result = tree_remove(position.fd, name);
		if (result == 0 && position.hides)
			result = restore(&position, lower, path, path + (name - text));
	}
	int saved = errno;
	cleanup_close_fd(&position.fd);
	errno = saved;
	return result;
}

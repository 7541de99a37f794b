#include "layer_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "io.h"
#include "layer_content.h"
#include "layer_metadata.h"
#include "layer_whiteout.h"
#include "rootfs.h"
#include "tree_remove.h"

/* Of the names of directories, each of which is remembered to the end: no image comes near it, but an archive of a few megabytes could have
 * millions of the longest. */
#define MOST_TIME_BYTES (512ULL * 1024 * 1024)

static void forget_parent(struct layer_tree *tree)
{
	if (tree->parent_fd >= 0)
		close(tree->parent_fd);
	tree->parent_fd = -1;
}

/* Drops "./", "//" and a slash at either end, in place. -1 with EINVAL for "..". The root is "". */
static int normalize(char *path)
{
	char *to = path;
	for (const char *from = path; *from;) {
		size_t length = strcspn(from, "/");
		const char *component = from;
		from += length + (from[length] == '/');
		if (length == 0 || (length == 1 && component[0] == '.'))
			continue;
		if (length == 2 && component[0] == '.' && component[1] == '.') {
			errno = EINVAL;
			return -1;
		}
		if (to != path)
			*to++ = '/';
		memmove(to, component, length);
		to += length;
	}
	*to = '\0';
	return 0;
}

/* The directory that holds the last component of a path, made with its parents when it is missing; it stays the tree's. */
static int open_parent(struct layer_tree *tree, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	*name = slash ? slash + 1 : path;
	if (length >= sizeof(tree->parent_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (tree->parent_fd >= 0 && strlen(tree->parent_path) == length && memcmp(tree->parent_path, path, length) == 0)
		return tree->parent_fd;
	forget_parent(tree);
	memcpy(tree->parent_path, path, length);
	tree->parent_path[length] = '\0';
	tree->parent_fd = rootfs_make_directory(tree->root_fd, tree->parent_path, 0755);
	return tree->parent_fd;
}

/* What had the name before goes: a later entry wins, as in Docker. Parents may go with it. */
static int clear_name(struct layer_tree *tree, int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (tree->plain) {
		errno = EISDIR;
		return -1;
	}
	int own = fcntl(parent, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return -1;
	forget_parent(tree);
	int result = tree_remove(own, name);
	close(own);
	return result;
}

/* umask is 0: the mode is right from the beginning, and only the bits that the owner's change takes away come later. */
static int open_new_file(int parent, const char *name, mode_t mode)
{
	return openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
}

static int apply_file(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry, struct layer_reader *content)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	CLEANUP_CLOSE int fd = open_new_file(parent, name, entry->mode);
	if (fd < 0 || layer_content_write(tree, fd, entry, content) < 0 || fchown(fd, entry->uid, entry->gid) < 0)
		return -1;
	if ((entry->mode & 07000) != 0 && fchmod(fd, entry->mode) < 0)
		return -1;
	if (entry->xattr_count > 0 && layer_metadata_set_xattrs(parent, name, entry) < 0)
		return -1;
	return futimens(fd, times);
}

static int remember_time(struct layer_tree *tree, const struct layer_entry *entry)
{
	/* Room for a power of two of them. */
	if ((tree->time_count & (tree->time_count - 1)) == 0) {
		size_t capacity = tree->time_count ? tree->time_count * 2 : 1;
		struct directory_time *times = realloc(tree->times, capacity * sizeof(*times));
		if (!times)
			return -1;
		tree->times = times;
	}
	tree->time_bytes += strlen(entry->path);
	if (tree->time_bytes > MOST_TIME_BYTES) {
		errno = E2BIG;
		return -1;
	}
	char *path = strdup(entry->path);
	if (!path)
		return -1;
	tree->times[tree->time_count++] = (struct directory_time){ path, entry->mtime };
	return 0;
}

/* A directory that is there already keeps what is in it. One that takes a whiteout's place hides what lower layers have. */
static int make_directory(struct layer_tree *tree, int parent, const char *name)
{
	struct stat status;
	if (mkdirat(parent, name, 0700) == 0)
		return 0;
	if (errno != EEXIST || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(status.st_mode))
		return 0;
	if (tree->plain) {
		errno = ENOTDIR;
		return -1;
	}
	if (clear_name(tree, parent, name) < 0 || mkdirat(parent, name, 0700) < 0)
		return -1;
	return whiteout_is_made(&status) ? whiteout_make_opaque(parent, name) : 0;
}

static int apply_directory(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry)
{
	if (make_directory(tree, parent, name) < 0 || layer_metadata_set(parent, name, entry) < 0)
		return -1;
	return remember_time(tree, entry);
}

/* The target is looked up inside the layer, and may be a link itself: then that is what is linked. */
static int apply_hard_link(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry)
{
	struct stat target, present;
	CLEANUP_CLOSE int fd = rootfs_open(tree->root_fd, entry->link, O_PATH | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &target) < 0)
		return -1;
	if (S_ISDIR(target.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (fstatat(parent, name, &present, AT_SYMLINK_NOFOLLOW) == 0) {
		/* Linked to itself: nothing is to be done, least of all taking the file away first. */
		if (present.st_ino == target.st_ino && present.st_dev == target.st_dev)
			return 0;
		errno = EEXIST;
		return -1;
	}
	if (linkat(fd, "", parent, name, AT_EMPTY_PATH) < 0)
		return -1;
	/* As docker, containerd and podman read it; what GNU tar writes is the same for all names. */
	return tree->plain ? 0 : layer_metadata_set_linked(parent, name, &target, entry);
}

static int apply_node(int parent, const char *name, struct layer_entry *entry)
{
	static const mode_t kinds[] = { ['3'] = S_IFCHR, ['4'] = S_IFBLK, ['6'] = S_IFIFO };
	mode_t kind = kinds[(unsigned char)entry->type];
	dev_t device = kind == S_IFIFO ? 0 : makedev(entry->major, entry->minor);
	if (mknodat(parent, name, kind | (entry->mode & 0777), device) < 0)
		return -1;
	return layer_metadata_set(parent, name, entry);
}

static int apply_link(int parent, const char *name, struct layer_entry *entry)
{
	if (symlinkat(entry->link, parent, name) < 0)
		return -1;
	return layer_metadata_set(parent, name, entry);
}

static int make_entry(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry, struct layer_reader *content)
{
	switch (entry->type) {
	case '0':
		return apply_file(tree, parent, name, entry, content);
	case '1':
		return apply_hard_link(tree, parent, name, entry);
	case '2':
		return apply_link(parent, name, entry);
	case '5':
		return apply_directory(tree, parent, name, entry);
	default:
		return apply_node(parent, name, entry);
	}
}

/* As make_entry; what has the name already makes room. */
static int apply_named(struct layer_tree *tree, struct layer_entry *entry, struct layer_reader *content)
{
	const char *name;
	int parent = open_parent(tree, entry->path, &name);
	if (parent < 0)
		return -1;
	if (!tree->plain && whiteout_is_name(name))
		return whiteout_apply(parent, name);
	if (make_entry(tree, parent, name, entry, content) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (clear_name(tree, parent, name) < 0)
		return -1;
	parent = open_parent(tree, entry->path, &name);
	return parent < 0 ? -1 : make_entry(tree, parent, name, entry, content);
}

static int apply_root(struct layer_tree *tree, struct layer_entry *entry)
{
	if (entry->type != '5') {
		errno = EINVAL;
		return -1;
	}
	return layer_metadata_set(tree->root_fd, ".", entry) < 0 ? -1 : remember_time(tree, entry);
}

static int check_limits(struct layer_tree *tree, const struct layer_entry *entry, struct failure *failure)
{
	tree->entries++;
	tree->bytes += entry->content;
	if (tree->max_entries && tree->entries > tree->max_entries)
		return fail_with(failure, STAGE_LAYER, E2BIG, "entries");
	if (tree->max_bytes && tree->bytes > tree->max_bytes)
		return fail_with(failure, STAGE_LAYER, E2BIG, "bytes");
	return 0;
}

int layer_tree_apply(struct layer_tree *tree, struct layer_entry *entry, struct layer_reader *content, struct failure *failure)
{
	tree->pending = entry->content;
	if (check_limits(tree, entry, failure) < 0)
		return -1;
	if (normalize(entry->path) < 0)
		return fail(failure, STAGE_LAYER, entry->path);
	if ((*entry->path ? apply_named(tree, entry, content) : apply_root(tree, entry)) < 0)
		return fail(failure, STAGE_LAYER, entry->path);
	/* A whiteout's file may have content in a hostile archive. */
	return layer_content_skip(tree, content) < 0 ? fail(failure, STAGE_LAYER, entry->path) : 0;
}

/* From the end, so that a directory's parents come after it. One that was replaced by something else has no time to give. */
int layer_tree_finish(struct layer_tree *tree, struct failure *failure)
{
	forget_parent(tree);
	for (size_t i = tree->time_count; i > 0; i--) {
		const struct directory_time *time = &tree->times[i - 1];
		const struct timespec times[2] = { time->mtime, time->mtime };
		CLEANUP_CLOSE int fd = rootfs_open(tree->root_fd, *time->path ? time->path : "/", O_RDONLY | O_DIRECTORY);
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			return fail(failure, STAGE_LAYER, time->path);
		if (fd >= 0 && futimens(fd, times) < 0)
			return fail(failure, STAGE_LAYER, time->path);
	}
	return 0;
}

void layer_tree_free(struct layer_tree *tree)
{
	forget_parent(tree);
	for (size_t i = 0; i < tree->time_count; i++)
		free(tree->times[i].path);
	free(tree->times);
}

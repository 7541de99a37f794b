#include "tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "directory.h"
#include "io.h"

/* Not in every kernel's headers. */
#define MQUEUE_SUPER_MAGIC 0x19800202

int path_push(struct tree_path *path, const char *name)
{
	size_t length = strlen(name), slash = path->length > 0;
	if (path->length + slash + length >= sizeof(path->text)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (slash)
		path->text[path->length] = '/';
	memcpy(path->text + path->length + slash, name, length + 1);
	path->length += slash + length;
	return 0;
}

void path_cut(struct tree_path *path, size_t length)
{
	path->length = length;
	path->text[length] = '\0';
}

/* Of another file system than its parent: whether there is anything in it that belongs to the container. */
static bool is_kernels_own(int directory, const char *path)
{
	static const unsigned long kinds[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC,
					       MQUEUE_SUPER_MAGIC, SECURITYFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, BPF_FS_MAGIC };
	struct statfs kind;
	if (strcmp(path, "dev") == 0)
		return true;
	if (fstatfs(directory, &kind) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if ((unsigned long)kind.f_type == kinds[i])
			return true;
	return false;
}

static int walk_entry(struct tree_walk *walk, int parent, const char *name, dev_t device, struct failure *failure);

static int walk_children(struct tree_walk *walk, int directory, dev_t device, struct failure *failure)
{
	CLEANUP_DIRECTORY struct directory children;
	if (directory_read(&children, directory) < 0)
		return fail(failure, STAGE_TREE, walk->path.text);
	size_t length = walk->path.length;
	for (size_t i = 0; i < children.count; i++) {
		if (path_push(&walk->path, children.names[i]) < 0)
			return fail(failure, STAGE_TREE, walk->path.text);
		if (walk_entry(walk, directory, children.names[i], device, failure) < 0)
			return -1;
		path_cut(&walk->path, length);
	}
	return 0;
}

/* What vanishes while we look was never there. */
static int walk_entry(struct tree_walk *walk, int parent, const char *name, dev_t device, struct failure *failure)
{
	struct stat status;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(failure, STAGE_TREE, walk->path.text);
	if (entry_send(walk->output, &walk->links, parent, name, &status, walk->path.text) < 0)
		return errno == ENOENT ? 0 : fail(failure, STAGE_TREE, walk->path.text);
	if (walk->output->error)
		return fail_with(failure, STAGE_TREE, walk->output->error, "peer");
	if (!S_ISDIR(status.st_mode))
		return 0;
	CLEANUP_CLOSE int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : fail(failure, STAGE_TREE, walk->path.text);
	if (status.st_dev != device && is_kernels_own(directory, walk->path.text))
		return 0;
	return walk_children(walk, directory, status.st_dev, failure);
}

int walk_send(struct tree_walk *walk, int parent, const char *name, struct failure *failure)
{
	struct stat status;
	path_cut(&walk->path, 0);
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(failure, STAGE_TREE, name);
	return walk_entry(walk, parent, name, status.st_dev, failure);
}

void walk_free(struct tree_walk *walk)
{
	links_free(&walk->links);
}

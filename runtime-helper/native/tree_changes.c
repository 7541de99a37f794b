#include "tree_changes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "directory.h"
#include "io.h"

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

/* A directory on the way: whether it was sent is decided when the first change below it is found, or by its own. */
struct level {
	struct level *above;
	int parent; /* where it lies in the upper tree */
	const char *name;
	struct stat status;
	size_t path_length;
	bool is_new; /* not in the lower layers */
	bool sent;
};

static bool is_whiteout(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(0, 0);
}

static bool is_opaque(int directory)
{
	char value;
	return fgetxattr(directory, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static int send_kind(struct tree_changes *changes, char kind, const char *path)
{
	struct tree_output *output = changes->walk.output;
	output_begin(output);
	output_text(output, (const char[]){ kind, '\0' });
	output_text(output, path);
	output_end(output);
	return 0;
}

static int send_present(struct tree_changes *changes, int parent, const char *name, const struct stat *status, bool is_new)
{
	struct tree_walk *walk = &changes->walk;
	if (!changes->as_layer)
		return send_kind(changes, is_new ? 'A' : 'C', walk->path.text);
	return entry_send(walk->output, &walk->links, parent, name, status, walk->path.text);
}

/* The directories that lead to a change come before it. */
static int send_levels(struct tree_changes *changes, struct level *level)
{
	if (!level || level->sent)
		return 0;
	if (send_levels(changes, level->above) < 0)
		return -1;
	struct tree_path *path = &changes->walk.path;
	char saved = path->text[level->path_length];
	path->text[level->path_length] = '\0';
	level->sent = true;
	/* The root itself is in no list; of a layer it is an entry as any other. */
	int result = level->path_length == 0 && !changes->as_layer ?
			     0 :
			     send_present(changes, level->parent, level->name, &level->status, level->is_new);
	path->text[level->path_length] = saved;
	return result;
}

static int send_gone(struct tree_changes *changes, struct level *level, const char *name)
{
	struct tree_path *path = &changes->walk.path;
	size_t length = level->path_length;
	char mark[NAME_MAX + sizeof(WHITEOUT)];
	if (send_levels(changes, level) < 0)
		return -1;
	snprintf(mark, sizeof(mark), "%s%s", changes->as_layer ? WHITEOUT : "", name);
	path_cut(path, length);
	if (path_push(path, mark) < 0)
		return -1;
	if (changes->as_layer)
		entry_send_mark(changes->walk.output, path->text);
	else
		send_kind(changes, 'D', path->text);
	path_cut(path, length);
	return 0;
}

/* Whether `path` is one of ours, or, with `parents`, holds one. */
static bool is_hidden(const struct tree_changes *changes, const char *path, size_t length, bool parents)
{
	for (size_t i = 0; i < changes->hidden->count; i++) {
		const char *hidden = changes->hidden->items[i];
		if (length > 0 && strncmp(hidden, path, length) != 0)
			continue;
		const char *rest = hidden + length;
		if (parents ? (length == 0 || *rest == '/') : *rest == '\0')
			return true;
	}
	return false;
}

static bool is_empty(int parent, const char *name, const struct stat *status)
{
	CLEANUP_DIRECTORY struct directory children = { 0 };
	if (S_ISREG(status->st_mode))
		return status->st_size == 0;
	if (!S_ISDIR(status->st_mode))
		return false;
	CLEANUP_CLOSE int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && directory_read(&children, fd) == 0 && children.count == 0;
}

/* A directory's own change. Its time changes with our mount points too. */
static bool differs(const struct tree_changes *changes, const struct stat *upper, const struct stat *lower)
{
	const struct tree_path *path = &changes->walk.path;
	if (upper->st_mode != lower->st_mode || upper->st_uid != lower->st_uid || upper->st_gid != lower->st_gid)
		return true;
	if (is_hidden(changes, path->text, path->length, true))
		return false;
	return upper->st_mtim.tv_sec != lower->st_mtim.tv_sec || upper->st_mtim.tv_nsec != lower->st_mtim.tv_nsec;
}

static bool same_bytes(int left, int right)
{
	char ours[65536], theirs[65536];
	for (;;) {
		ssize_t count = read_full(left, ours, sizeof(ours));
		if (count < 0 || read_full(right, theirs, sizeof(theirs)) != count || memcmp(ours, theirs, (size_t)count) != 0)
			return false;
		if (count < (ssize_t)sizeof(ours))
			return true;
	}
}

/* A file that was written to and then put back is no change for people, though a layer has it. */
static bool is_same_file(int upper, int lower, const char *name, const struct stat *left, const struct stat *right)
{
	if (!S_ISREG(left->st_mode) || left->st_mode != right->st_mode || left->st_uid != right->st_uid || left->st_gid != right->st_gid ||
	    left->st_size != right->st_size || left->st_mtim.tv_sec != right->st_mtim.tv_sec ||
	    left->st_mtim.tv_nsec != right->st_mtim.tv_nsec)
		return false;
	/* Not blocking: in a container that runs it may have become a pipe. */
	CLEANUP_CLOSE int ours = openat(upper, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP_CLOSE int theirs = openat(lower, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char capability[2][64];
	return ours >= 0 && theirs >= 0 &&
	       fgetxattr(ours, "security.capability", capability[0], sizeof(capability[0])) ==
		       fgetxattr(theirs, "security.capability", capability[1], sizeof(capability[1])) &&
	       same_bytes(ours, theirs);
}

static int send_children(struct tree_changes *changes, struct level *level, int upper, int lower, struct failure *failure);

static int send_directory(struct tree_changes *changes, struct level *above, int parent, const char *name, const struct stat *status,
			  int lower_parent, struct failure *failure)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct stat below;
	CLEANUP_CLOSE int upper = openat(parent, name, flags);
	if (upper < 0)
		return fail(failure, STAGE_TREE, changes->walk.path.text);
	CLEANUP_CLOSE int lower = lower_parent < 0 ? -1 : openat(lower_parent, name, flags);
	bool is_new = lower_parent < 0 || fstatat(lower_parent, name, &below, AT_SYMLINK_NOFOLLOW) < 0;
	struct level level = { .above = above, .parent = parent, .name = name, .status = *status,
			       .path_length = changes->walk.path.length, .is_new = is_new };
	/* A directory in a file's place, or one that hides what is below. */
	bool replaces = !is_new && (lower < 0 || is_opaque(upper));
	if ((is_new || replaces || differs(changes, status, &below)) && send_levels(changes, &level) < 0)
		return fail(failure, STAGE_TREE, changes->walk.path.text);
	if (replaces && changes->as_layer && lower >= 0) {
		if (path_push(&changes->walk.path, OPAQUE) < 0)
			return fail(failure, STAGE_TREE, changes->walk.path.text);
		entry_send_mark(changes->walk.output, changes->walk.path.text);
		path_cut(&changes->walk.path, level.path_length);
	}
	return send_children(changes, &level, upper, lower, failure);
}

static int send_child(struct tree_changes *changes, struct level *level, int upper, const char *name, int lower, struct failure *failure)
{
	struct stat status, below;
	const char *path = changes->walk.path.text;
	if (fstatat(upper, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(failure, STAGE_TREE, path);
	bool is_new = lower < 0 || fstatat(lower, name, &below, AT_SYMLINK_NOFOLLOW) < 0;
	if (is_new && is_hidden(changes, path, changes->walk.path.length, false) && is_empty(upper, name, &status))
		return 0;
	if (!is_new && !changes->as_layer && is_same_file(upper, lower, name, &status, &below))
		return 0;
	int result = 0;
	if (is_whiteout(&status))
		result = is_new ? 0 : send_gone(changes, level, name);
	else if (S_ISDIR(status.st_mode))
		return send_directory(changes, level, upper, name, &status, lower, failure);
	else if ((result = send_levels(changes, level)) == 0)
		result = send_present(changes, upper, name, &status, is_new);
	return result < 0 ? fail(failure, STAGE_TREE, path) : 0;
}

/* What an opaque directory hides is gone. */
static int send_hidden_below(struct tree_changes *changes, struct level *level, int upper, int lower, struct failure *failure)
{
	CLEANUP_DIRECTORY struct directory below;
	struct stat status;
	if (directory_read(&below, lower) < 0)
		return fail(failure, STAGE_TREE, changes->walk.path.text);
	for (size_t i = 0; i < below.count; i++)
		if (fstatat(upper, below.names[i], &status, AT_SYMLINK_NOFOLLOW) < 0 && send_gone(changes, level, below.names[i]) < 0)
			return fail(failure, STAGE_TREE, changes->walk.path.text);
	return 0;
}

static int send_children(struct tree_changes *changes, struct level *level, int upper, int lower, struct failure *failure)
{
	CLEANUP_DIRECTORY struct directory children;
	struct tree_path *path = &changes->walk.path;
	size_t length = path->length;
	if (directory_read(&children, upper) < 0)
		return fail(failure, STAGE_TREE, path->text);
	if (lower >= 0 && is_opaque(upper) && !changes->as_layer && send_hidden_below(changes, level, upper, lower, failure) < 0)
		return -1;
	for (size_t i = 0; i < children.count; i++) {
		if (path_push(path, children.names[i]) < 0)
			return fail(failure, STAGE_TREE, path->text);
		/* send_gone names the whiteout itself, and cuts the path. */
		if (send_child(changes, level, upper, children.names[i], lower, failure) < 0)
			return -1;
		path_cut(path, length);
	}
	if (changes->walk.output->error)
		return fail_with(failure, STAGE_TREE, changes->walk.output->error, "peer");
	return 0;
}

int changes_send(struct tree_changes *changes, int upper_fd, int lower_fd, struct failure *failure)
{
	struct stat status, below = { 0 };
	path_cut(&changes->walk.path, 0);
	if (fstat(upper_fd, &status) < 0 || (lower_fd >= 0 && fstat(lower_fd, &below) < 0))
		return fail(failure, STAGE_TREE, "/");
	struct level root = { .parent = upper_fd, .name = ".", .status = status };
	return send_children(changes, &root, upper_fd, lower_fd, failure);
}

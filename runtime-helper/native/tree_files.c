#include "tree_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "directory.h"
#include "io.h"
#include "layer_tree.h"
#include "request.h"
#include "rootfs.h"
#include "tree_changes.h"
#include "tree_remove.h"
#include "tree_walk.h"

#define RENAME_NOREPLACE_FLAG 1U
#define MAX_READ (1024 * 1024)

/* An operation's words are its name and arguments, of which there are as many as the table says. */
typedef int operation(struct tree_files *files, const char *const *words, struct failure *failure);

static int fail_path(struct failure *failure, const char *path)
{
	return fail(failure, STAGE_TREE, *path ? path : "/");
}

/* The directory that holds a path's last component, links in it followed inside the root. "." for the root itself. */
static int open_parent(const struct tree_files *files, const char *path, const char **name)
{
	static char parent[PATH_MAX];
	size_t length = strlen(path);
	if (length >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(parent, path, length + 1);
	while (length > 0 && parent[length - 1] == '/')
		parent[--length] = '\0';
	char *slash = strrchr(parent, '/');
	const char *last = slash ? slash + 1 : parent;
	*name = *last ? last : ".";
	if (slash)
		*slash = '\0';
	if (strcmp(*name, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	return rootfs_open(files->root_fd, slash && *parent ? parent : "/", O_RDONLY | O_DIRECTORY);
}

/* NAME TYPE MODE UID GID SIZE SECONDS NANOSECONDS LINKS LINK-NAME */
static void add_status(struct tree_output *output, int parent, const char *name, const char *shown, const struct stat *status)
{
	char target[PATH_MAX] = "";
	char type = entry_type(status->st_mode);
	ssize_t length = type == '2' ? readlinkat(parent, name, target, sizeof(target) - 1) : 0;
	target[length > 0 ? length : 0] = '\0';
	output_text(output, shown);
	output_text(output, (const char[]){ type ? type : 's', '\0' });
	output_number(output, status->st_mode & 07777, 8);
	output_number(output, status->st_uid, 10);
	output_number(output, status->st_gid, 10);
	output_number(output, (long long)status->st_size, 10);
	output_number(output, status->st_mtim.tv_sec, 10);
	output_number(output, status->st_mtim.tv_nsec, 10);
	output_number(output, (long long)status->st_nlink, 10);
	output_text(output, target);
}

/* stat PATH FOLLOW */
static int op_stat(struct tree_files *files, const char *const *words, struct failure *failure)
{
	struct stat status;
	const char *name;
	if (*words[2] == '1') {
		CLEANUP_CLOSE int fd = rootfs_open(files->root_fd, *words[1] ? words[1] : "/", O_PATH);
		if (fd < 0 || fstat(fd, &status) < 0)
			return fail_path(failure, words[1]);
		add_status(&files->output, fd, "", "", &status);
		return 0;
	}
	CLEANUP_CLOSE int parent = open_parent(files, words[1], &name);
	if (parent < 0 || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_path(failure, words[1]);
	add_status(&files->output, parent, name, name, &status);
	return 0;
}

/* list PATH */
static int op_list(struct tree_files *files, const char *const *words, struct failure *failure)
{
	CLEANUP_DIRECTORY struct directory children = { 0 };
	CLEANUP_CLOSE int fd = rootfs_open(files->root_fd, *words[1] ? words[1] : "/", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || directory_read(&children, fd) < 0)
		return fail_path(failure, words[1]);
	for (size_t i = 0; i < children.count; i++) {
		struct stat status;
		if (fstatat(fd, children.names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			add_status(&files->output, fd, children.names[i], children.names[i], &status);
	}
	return 0;
}

/* Only what is a file: a pipe would make us wait, a device would be the host's (the mount has nodev as well). */
static int open_file(const struct tree_files *files, const char *path, int flags, mode_t mode)
{
	struct stat status;
	uint64_t given = (flags & O_CREAT) ? mode : 0;
	CLEANUP_CLOSE int fd = open_resolved(files->root_fd, path, (uint64_t)(flags | O_NONBLOCK | O_NOCTTY), given,
					     RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	if (S_ISREG(status.st_mode))
		return take_fd(&fd);
	errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	return -1;
}

static int parse_number(const char *text, long long *value, struct failure *failure)
{
	char *end;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno || *end || end == text || *value < 0 ? fail_with(failure, STAGE_TREE, EINVAL, text) : 0;
}

/* read PATH OFFSET MOST: the answer's one string is the hex of what was read. Small files of an editor: whole trees walk. */
static int op_read(struct tree_files *files, const char *const *words, struct failure *failure)
{
	long long offset, most;
	if (parse_number(words[2], &offset, failure) < 0 || parse_number(words[3], &most, failure) < 0)
		return -1;
	CLEANUP_CLOSE int fd = open_file(files, words[1], O_RDONLY, 0);
	CLEANUP_FREE uint8_t *bytes = malloc(MAX_READ);
	if (fd < 0 || !bytes)
		return fail_path(failure, words[1]);
	ssize_t count = pread(fd, bytes, most < MAX_READ ? (size_t)most : MAX_READ, (off_t)offset);
	if (count < 0)
		return fail_path(failure, words[1]);
	output_hex(&files->output, bytes, (size_t)count);
	return 0;
}

static int write_content(struct tree_files *files, int fd, uint64_t size)
{
	while (size > 0) {
		size_t length;
		const uint8_t *piece = layer_read_piece(files->input, size, &length);
		if (!piece)
			_exit(0);
		size -= length;
		if (fd >= 0 && write_full(fd, piece, length) < 0)
			fd = -1;
	}
	return fd;
}

/* write PATH HOW SIZE, then the bytes: HOW is `new` (it must not be there), `old` (it must) or `any`. A file keeps its owner and mode. */
static int op_write(struct tree_files *files, const char *const *words, struct failure *failure)
{
	long long size;
	if (parse_number(words[3], &size, failure) < 0)
		return -1;
	bool fresh = strcmp(words[2], "new") == 0, present = strcmp(words[2], "old") == 0;
	int flags = O_WRONLY | (present ? 0 : O_CREAT) | (fresh ? O_EXCL : 0);
	CLEANUP_CLOSE int fd = open_file(files, words[1], flags, 0644);
	int error = fd < 0 || ftruncate(fd, 0) < 0 ? errno : 0;
	if (write_content(files, error ? -1 : fd, (uint64_t)size) < 0 && !error)
		error = errno;
	return error ? fail_with(failure, STAGE_TREE, error, words[1]) : 0;
}

/* mkdir PATH */
static int op_mkdir(struct tree_files *files, const char *const *words, struct failure *failure)
{
	const char *name;
	CLEANUP_CLOSE int parent = open_parent(files, words[1], &name);
	return parent < 0 || mkdirat(parent, name, 0755) < 0 ? fail_path(failure, words[1]) : 0;
}

/* rename FROM TO OVERWRITE */
static int op_rename(struct tree_files *files, const char *const *words, struct failure *failure)
{
	const char *name;
	char from[NAME_MAX + 1], to[NAME_MAX + 1];
	CLEANUP_CLOSE int source = open_parent(files, words[1], &name);
	if (source < 0 || snprintf(from, sizeof(from), "%s", name) > NAME_MAX)
		return fail_path(failure, words[1]);
	CLEANUP_CLOSE int target = open_parent(files, words[2], &name);
	if (target < 0 || snprintf(to, sizeof(to), "%s", name) > NAME_MAX)
		return fail_path(failure, words[2]);
	unsigned flags = *words[3] == '1' ? 0 : RENAME_NOREPLACE_FLAG;
	long result = syscall(SYS_renameat2, source, from, target, to, flags);
	return result < 0 ? fail_path(failure, words[1]) : 0;
}

/* remove PATH RECURSIVE */
static int op_remove(struct tree_files *files, const char *const *words, struct failure *failure)
{
	const char *name;
	struct stat status;
	CLEANUP_CLOSE int parent = open_parent(files, words[1], &name);
	if (parent < 0 || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_path(failure, words[1]);
	if (!is_component(name))
		return fail_with(failure, STAGE_TREE, EBUSY, words[1]);
	if (*words[2] == '1')
		return tree_remove(parent, name) < 0 ? fail_path(failure, words[1]) : 0;
	return unlinkat(parent, name, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0) < 0 ? fail_path(failure, words[1]) : 0;
}

/* walk PATH: entries, whose first has the path "", then the empty frame, then the answer. */
static int op_walk(struct tree_files *files, const char *const *words, struct failure *failure)
{
	const char *name;
	CLEANUP_FREE struct tree_walk *walk = calloc(1, sizeof(*walk));
	CLEANUP_CLOSE int parent = open_parent(files, words[1], &name);
	if (!walk || parent < 0)
		return fail_path(failure, words[1]);
	walk->output = &files->output;
	int result = walk_send(walk, parent, name, failure);
	walk_free(walk);
	return result;
}

/* changes AS-LAYER: frames or entries, then as above. */
static int op_changes(struct tree_files *files, const char *const *words, struct failure *failure)
{
	if (!files->changes)
		return fail_with(failure, STAGE_TREE, EINVAL, "changes");
	CLEANUP_FREE struct tree_changes *changes = calloc(1, sizeof(*changes));
	if (!changes)
		return fail(failure, STAGE_TREE, "memory");
	changes->as_layer = *words[1] == '1';
	changes->hidden = files->hidden;
	changes->walk.output = &files->output;
	int result = changes_send(changes, files->root_fd, files->lower_fd, failure);
	walk_free(&changes->walk);
	return result;
}

/* apply: entries follow, up to the empty one; their paths begin at the root. */
static int op_apply(struct tree_files *files, const char *const *words, struct failure *failure)
{
	CLEANUP_FREE struct layer_tree *tree = calloc(1, sizeof(*tree));
	(void)words;
	if (!tree)
		return fail(failure, STAGE_TREE, "memory");
	tree->root_fd = files->root_fd;
	tree->parent_fd = -1;
	tree->plain = true;
	int result = layer_tree_read(tree, files->input, failure);
	/* The answer comes when all has been sent: a peer that writes does not read. */
	if (result < 0 && layer_tree_drain(tree, files->input) < 0)
		_exit(0);
	if (result == 0)
		result = layer_tree_finish(tree, failure);
	layer_tree_free(tree);
	return result;
}

static const struct {
	const char *name;
	size_t words;
	/* Whether frames of its own come before the answer. */
	bool streams;
	operation *run;
} operations[] = {
	{ "stat", 3, false, op_stat },	   { "list", 2, false, op_list },     { "read", 4, false, op_read },
	{ "write", 4, false, op_write },   { "mkdir", 2, false, op_mkdir },   { "rename", 4, false, op_rename },
	{ "remove", 3, false, op_remove }, { "apply", 1, false, op_apply },   { "walk", 2, true, op_walk },
	{ "changes", 2, true, op_changes },
};

/* The answer is the last frame: what the operation has added after "ok", or its failure. */
static void answer(struct tree_files *files, const char *const *words, bool streams, operation *run)
{
	struct failure failure;
	struct tree_output *output = &files->output;
	if (!streams) {
		output_begin(output);
		output_text(output, "ok");
	}
	int result = run(files, words, &failure);
	if (streams) {
		/* The empty frame. */
		output_begin(output);
		output_end(output);
		output_begin(output);
		output_text(output, "ok");
	}
	if (result < 0) {
		output_drop(output);
		output_begin(output);
		output_text(output, "error");
		output_text(output, failure.stage);
		output_number(output, failure.error, 10);
		output_text(output, failure.object);
	}
	output_end(output);
}

static int run_operation(struct tree_files *files, const struct request *request, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		if (strcmp(request->strings[0], operations[i].name) != 0 || request->count != operations[i].words)
			continue;
		answer(files, request->strings, operations[i].streams, operations[i].run);
		return output_flush(&files->output) < 0 ? fail(failure, STAGE_TREE, "peer") : 0;
	}
	return fail_with(failure, STAGE_REQUEST, EINVAL, request->strings[0]);
}

/* 1: served; 0: the peer is gone. */
static int serve_one(struct tree_files *files, struct failure *failure)
{
	uint32_t length;
	struct request request;
	if (layer_read(files->input, &length, sizeof(length)) < 0)
		return 0;
	if (length > MAX_REQUEST_LENGTH)
		return fail_with(failure, STAGE_REQUEST, EMSGSIZE, "tree");
	CLEANUP_FREE char *body = malloc(length + 1);
	if (!body || layer_read(files->input, body, length) < 0)
		return 0;
	if (request_parse(&request, 0, body, length) < 0)
		return fail(failure, STAGE_REQUEST, "tree");
	int result = run_operation(files, &request, failure);
	request_free(&request);
	return result < 0 ? -1 : 1;
}

int tree_files_serve(struct tree_files *files, int peer, struct failure *failure)
{
	CLEANUP_FREE struct layer_reader *input = malloc(sizeof(*input));
	if (!input)
		return fail(failure, STAGE_TREE, "memory");
	input->fd = peer;
	input->at = input->length = 0;
	files->input = input;
	output_open(&files->output, peer);
	int result;
	do
		result = serve_one(files, failure);
	while (result > 0);
	output_free(&files->output);
	return result;
}

#include "tree_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
#include "tree_edit.h"
#include "tree_paths.h"
#include "tree_walk.h"
#include "tree_watch.h"

#define MAX_READ (1024 * 1024)

/* An operation's words are its name and arguments, of which there are as many as the table says. */
typedef int operation(struct tree_files *files, const char *const *words, struct failure *failure);

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
			return tree_fail(failure, words[1]);
		add_status(&files->output, fd, "", "", &status);
		return 0;
	}
	CLEANUP_CLOSE int parent = tree_open_parent(files->root_fd, words[1], &name);
	if (parent < 0 || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return tree_fail(failure, words[1]);
	add_status(&files->output, parent, name, name, &status);
	return 0;
}

/* list PATH */
static int op_list(struct tree_files *files, const char *const *words, struct failure *failure)
{
	CLEANUP_DIRECTORY struct directory children = { 0 };
	CLEANUP_CLOSE int fd = rootfs_open(files->root_fd, *words[1] ? words[1] : "/", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || directory_read(&children, fd) < 0)
		return tree_fail(failure, words[1]);
	for (size_t i = 0; i < children.count; i++) {
		struct stat status;
		if (fstatat(fd, children.names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			add_status(&files->output, fd, children.names[i], children.names[i], &status);
	}
	return 0;
}

int tree_number(const char *text, long long *value, struct failure *failure)
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
	if (tree_number(words[2], &offset, failure) < 0 || tree_number(words[3], &most, failure) < 0)
		return -1;
	CLEANUP_CLOSE int fd = tree_open_file(files->root_fd, words[1], O_RDONLY, 0);
	CLEANUP_FREE uint8_t *bytes = malloc(MAX_READ);
	if (fd < 0 || !bytes)
		return tree_fail(failure, words[1]);
	ssize_t count = pread(fd, bytes, most < MAX_READ ? (size_t)most : MAX_READ, (off_t)offset);
	if (count < 0)
		return tree_fail(failure, words[1]);
	output_hex(&files->output, bytes, (size_t)count);
	return 0;
}

/* walk PATH: entries, whose first has the path "", then the empty frame, then the answer. */
static int op_walk(struct tree_files *files, const char *const *words, struct failure *failure)
{
	const char *name;
	CLEANUP_FREE struct tree_walk *walk = calloc(1, sizeof(*walk));
	CLEANUP_CLOSE int parent = tree_open_parent(files->root_fd, words[1], &name);
	if (!walk || parent < 0)
		return tree_fail(failure, words[1]);
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
	{ "write", 5, false, tree_write },
	{ "mkdir", 2, false, tree_mkdir }, { "rename", 4, false, tree_rename }, { "remove", 3, false, tree_remove_path },
	{ "copy", 4, false, tree_copy_path }, { "discard", 2, false, tree_discard }, { "apply", 1, false, op_apply },
	{ "watch", 3, false, tree_watch }, { "unwatch", 2, false, tree_unwatch },
	{ "walk", 2, true, op_walk }, { "changes", 2, true, op_changes },
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

/* False when the container has ended: what we hold of its file system would be in the way of its next start. */
static bool await_request(struct tree_files *files)
{
	struct pollfd fds[] = { { .fd = files->input->fd, .events = POLLIN },
				{ .fd = files->init_fd, .events = POLLIN },
				{ .fd = watch_fd(files->watch), .events = POLLIN } };
	if (files->input->at < files->input->length)
		return true;
	for (;;) {
		if (poll(fds, ARRAY_LENGTH(fds), -1) < 0) {
			if (errno != EINTR)
				return false;
			continue;
		}
		if (fds[1].revents != 0)
			return false;
		if (fds[0].revents != 0)
			return true;
		if (watch_send(files->watch, &files->output) < 0)
			return false;
	}
}

/* 1: served; 0: the peer or the container is gone. */
static int serve_one(struct tree_files *files, struct failure *failure)
{
	uint32_t length;
	struct request request;
	if (!await_request(files) || layer_read(files->input, &length, sizeof(length)) < 0)
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
	watch_free(files->watch);
	files->watch = NULL;
	return result;
}

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "layer_connect.h"
#include "tree_files.h"
#include "tree_root.h"

struct tree {
	const char *socket;
	struct strings lowers, options, hidden;
	struct tree_root root;
};

static void append(struct strings *strings, const char *text)
{
	strings->items[strings->count++] = text;
}

static int parse_word(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(value, words[i]) == 0)
			return (int)i;
	return -1;
}

/* Every directive has one argument. */
static int parse_directive(struct tree *tree, const char *name, const char *value)
{
	static const char *const views[] = { "mounted", "bare", "changes", "image" }, *const no_yes[] = { "0", "1" };
	int word = 0;
	if (strcmp(name, "id") == 0)
		tree->root.snapshot.id = value;
	else if (strcmp(name, "lower") == 0)
		append(&tree->lowers, value);
	else if (strcmp(name, "overlay-option") == 0)
		append(&tree->options, value);
	else if (strcmp(name, "hide") == 0)
		append(&tree->hidden, value);
	else if (strcmp(name, "socket") == 0)
		tree->socket = value;
	else if (strcmp(name, "view") == 0)
		tree->root.view = (enum tree_view)(word = parse_word(value, views, ARRAY_LENGTH(views)));
	else if (strcmp(name, "running") == 0)
		tree->root.running = (word = parse_word(value, no_yes, ARRAY_LENGTH(no_yes))) == 1;
	else if (strcmp(name, "writable") == 0)
		tree->root.writable = (word = parse_word(value, no_yes, ARRAY_LENGTH(no_yes))) == 1;
	else
		word = -1;
	return word < 0 ? -1 : 0;
}

static int parse(struct tree *tree, const struct request *request, struct failure *failure)
{
	struct strings *const lists[] = { &tree->lowers, &tree->options, &tree->hidden };
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		lists[i]->items = calloc(request->count + 1, sizeof(*lists[i]->items));
		if (!lists[i]->items)
			return fail(failure, STAGE_REQUEST, "memory");
	}
	tree->root.snapshot.lowers = &tree->lowers;
	tree->root.snapshot.options = &tree->options;
	for (size_t i = 1; i < request->count; i += 2)
		if (i + 1 == request->count || parse_directive(tree, request->strings[i], request->strings[i + 1]) < 0)
			return fail_with(failure, STAGE_REQUEST, EINVAL, request->strings[i]);
	if (!tree->root.snapshot.id || !is_container_id(tree->root.snapshot.id) || !tree->socket || !is_socket_name(tree->socket))
		return fail_with(failure, STAGE_REQUEST, EINVAL, "tree");
	return 0;
}

/* The socket comes last: who connects finds everything ready. */
static int serve(struct tree *tree, const struct store *store, const struct request *request, int reply_fd, struct failure *failure)
{
	struct tree_files files = { .hidden = &tree->hidden };
	CLEANUP_CLOSE int lower = -1;
	CLEANUP_CLOSE int root = tree_root_open(store, &tree->root, &lower, failure);
	if (root < 0)
		return -1;
	CLEANUP_CLOSE int peer = layer_connect(store, request, reply_fd, tree->socket, failure);
	if (peer < 0)
		return -1;
	/* Modes are given as they are. */
	umask(0);
	files.root_fd = root;
	files.lower_fd = lower;
	files.init_fd = tree->root.init_fd;
	files.changes = tree->root.view == TREE_CHANGES;
	return tree_files_serve(&files, peer, failure);
}

int tree_session(const struct store *store, const struct request *request, int reply_fd)
{
	struct tree tree = { .root = { .lock_fd = -1, .init_fd = -1 } };
	struct failure failure;
	prctl(PR_SET_NAME, "skiff-tree");
	/* We may stand in a container's namespace for a moment. */
	prctl(PR_SET_DUMPABLE, 0);
	int result = parse(&tree, request, &failure);
	if (result == 0)
		result = serve(&tree, store, request, reply_fd, &failure);
	tree_root_close(&tree.root);
	if (result < 0)
		reply_error(reply_fd, request->id, &failure);
	else
		reply_ok(reply_fd, request->id, 0, NULL);
	return -result;
}

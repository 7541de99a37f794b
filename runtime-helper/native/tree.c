#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "layer_connect.h"
#include "spec_values.h"
#include "tree_files.h"
#include "tree_root.h"

struct tree {
	const char *socket;
	struct strings hidden;
	struct spec spec;
	struct tree_root root;
};

static int parse_word(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(value, words[i]) == 0)
			return (int)i;
	return -1;
}

/* Directives that are `create`'s, too: which container, and what is mounted in it. */
static bool is_of_spec(const char *name)
{
	static const char *const names[] = { "id", "lower", "overlay-option", "bind-store", "bind-host", "bind-volume" };
	return parse_word(name, names, ARRAY_LENGTH(names)) >= 0;
}

/* Those of a tree alone have one argument each. */
static int parse_directive(struct tree *tree, const char *name, const char *value)
{
	static const char *const views[] = { "mounted", "bare", "changes", "image" }, *const no_yes[] = { "0", "1" };
	int word = 0;
	if (strcmp(name, "hide") == 0)
		return strings_add(&tree->hidden, value);
	if (strcmp(name, "socket") == 0)
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
	for (size_t at = 1; at < request->count;) {
		const char *name = request->strings[at];
		if (is_of_spec(name)) {
			if (spec_parse_next(&tree->spec, request, &at, failure) < 0)
				return -1;
			continue;
		}
		if (at + 1 == request->count || parse_directive(tree, name, request->strings[at + 1]) < 0)
			return fail_with(failure, STAGE_REQUEST, EINVAL, name);
		at += 2;
	}
	const struct spec *spec = &tree->spec;
	if (!spec->id || !is_container_id(spec->id) || !tree->socket || !is_socket_name(tree->socket))
		return fail_with(failure, STAGE_REQUEST, EINVAL, "tree");
	tree->root.spec = &tree->spec;
	tree->root.snapshot = (struct snapshot){ spec->id, &spec->lowers, &spec->overlay_options };
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

#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "join.h"

/* Those that init does not make by itself, later. */
#define CLONED (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC)

uint64_t namespaces_new(const struct spec *spec)
{
	uint64_t other = spec->host_namespaces;
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++)
		if (spec->joined[i].id)
			other |= spec->joined[i].kind;
	for (size_t i = 0; i < spec->bundle.namespaces.count; i++)
		other |= spec->bundle.namespaces.items[i].kind;
	return (CLONED | (spec->bundle.id_maps.count > 0 ? CLONE_NEWUSER : 0)) & ~other;
}

/* Those of processes that are not made yet are joined here: of what follows, init is the first that is in them. */
static int open_paths(struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->bundle.namespaces.count; i++) {
		struct path_namespace *item = &spec->bundle.namespaces.items[i];
		item->fd = open(item->path, O_RDONLY | O_CLOEXEC);
		/* One of another kind is refused: EINVAL. */
		if (item->fd < 0 || (item->kind == CLONE_NEWPID && setns(item->fd, CLONE_NEWPID) < 0))
			return fail(failure, STAGE_JOIN, item->path);
	}
	for (size_t i = 0; i < spec->bundle.namespaces.count; i++) {
		struct path_namespace *item = &spec->bundle.namespaces.items[i];
		if (item->kind == CLONE_NEWUSER && setns(item->fd, CLONE_NEWUSER) < 0)
			return fail(failure, STAGE_JOIN, item->path);
	}
	return 0;
}

static int join_paths(const struct spec *spec, struct failure *failure)
{
	const uint64_t before = CLONE_NEWPID | CLONE_NEWUSER;
	for (size_t i = 0; i < spec->bundle.namespaces.count; i++) {
		const struct path_namespace *item = &spec->bundle.namespaces.items[i];
		if (!(item->kind & before) && setns(item->fd, (int)item->kind) < 0)
			return fail(failure, STAGE_JOIN, item->path);
	}
	return 0;
}

int namespaces_let_go(struct spec *spec, struct failure *failure)
{
	bool pid = false;
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++) {
		struct joined_namespace *joined = &spec->joined[i];
		pid |= joined->id && joined->kind == CLONE_NEWPID;
		if (joined->id)
			close_and_forget(&joined->fd);
	}
	if (spec->network_of)
		close_and_forget(&spec->network_fd);
	CLEANUP_CLOSE int own = pid ? open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC) : -1;
	return pid && (own < 0 || setns(own, CLONE_NEWPID) < 0) ? fail(failure, STAGE_JOIN, "pid namespace") : 0;
}

int namespaces_open(const struct store *store, struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++) {
		struct joined_namespace *joined = &spec->joined[i];
		pid_t pid;
		if (!joined->id)
			continue;
		CLEANUP_CLOSE int fd = join_open_init(store, joined->id, &pid, failure);
		if (fd < 0)
			return -1;
		if (joined->kind == CLONE_NEWPID && setns(fd, CLONE_NEWPID) < 0)
			return fail(failure, STAGE_JOIN, joined->id);
		joined->fd = take_fd(&fd);
	}
	return open_paths(spec, failure);
}

int namespaces_join(const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++) {
		const struct joined_namespace *joined = &spec->joined[i];
		if (joined->id && joined->kind != CLONE_NEWPID && setns(joined->fd, (int)joined->kind) < 0)
			return fail(failure, STAGE_JOIN, joined->id);
	}
	return join_paths(spec, failure);
}

static int open_tree_of(int init_fd, const char *path)
{
	CLEANUP_CLOSE int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	/* A mount can be copied in its own namespace only. */
	if (own < 0 || setns(init_fd, CLONE_NEWNS) < 0)
		return -1;
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int saved = errno;
	if (setns(own, CLONE_NEWNS) < 0)
		_exit(125);
	errno = saved;
	return tree;
}

int namespaces_open_tree(const struct spec *spec, const char *path)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spec->joined); i++)
		if (spec->joined[i].id && spec->joined[i].kind == CLONE_NEWIPC)
			return open_tree_of(spec->joined[i].fd, path);
	errno = EINVAL;
	return -1;
}

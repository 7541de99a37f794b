#include "tree_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "container_lock.h"
#include "io.h"
#include "join.h"
#include "store_open.h"
#include "tree_mounts.h"
#include "tree_remove.h"

/* A copy of the mount at `fd` that is nobody's but ours. Its device nodes can't be opened: they would be the host's. */
static int clone_mount(int fd, bool recursive, bool writable, struct failure *failure)
{
	unsigned deep = recursive ? AT_RECURSIVE : 0;
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC };
	attributes.attr_set |= writable ? 0 : MOUNT_ATTR_RDONLY;
	CLEANUP_CLOSE int tree = (int)syscall(SYS_open_tree, fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | deep);
	if (tree < 0 || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | deep, &attributes, sizeof(attributes)) < 0)
		return fail(failure, STAGE_TREE, "open_tree");
	/* Opened through it: an O_PATH descriptor can't be read. */
	int root = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? fail(failure, STAGE_TREE, "/") : root;
}

/* From inside, where its mounts can be copied, and back: /proc must be the host's for what follows. */
static int open_running(const struct store *store, struct tree_root *root, struct failure *failure)
{
	pid_t pid;
	CLEANUP_CLOSE int init = join_open_init(store, root->snapshot.id, &pid, failure);
	if (init < 0)
		return -1;
	CLEANUP_CLOSE int host = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (host < 0 || setns(init, CLONE_NEWNS) < 0)
		return fail(failure, STAGE_JOIN, root->snapshot.id);
	CLEANUP_CLOSE int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_CLOSE int tree = fd < 0 ? fail(failure, STAGE_TREE, "/") :
					  clone_mount(fd, root->view == TREE_MOUNTED, root->writable, failure);
	if (setns(host, CLONE_NEWNS) < 0)
		_exit(1);
	root->init_fd = take_fd(&init);
	return take_fd(&tree);
}

static int enter_own_namespace(struct failure *failure)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(failure, STAGE_TREE, "unshare");
	return 0;
}

static int lock_container(const struct store *store, struct tree_root *root, struct failure *failure)
{
	int run_fd;
	root->run_containers_fd = open_beneath(store->run_fd, "containers", O_RDONLY | O_DIRECTORY, 0);
	if (root->run_containers_fd < 0)
		return fail(failure, STAGE_STORE, "containers");
	root->lock_fd = container_lock(store, root->run_containers_fd, root->snapshot.id, &run_fd, failure);
	if (root->lock_fd < 0)
		return -1;
	close(run_fd);
	return 0;
}

/* Mounted over the container's own folder, which nobody needs in this namespace. */
static int open_resting(const struct store *store, struct tree_root *root, struct failure *failure)
{
	const char *id = root->snapshot.id;
	bool mounted = root->view == TREE_MOUNTED;
	CLEANUP_CLOSE int place = store_open(store, "containers", id, NULL);
	if (place < 0)
		return fail(failure, STAGE_STORE, id);
	CLEANUP_CLOSE int fd = -1;
	if (mounted && tree_mounts_open(store, root->spec, root->writable, failure) < 0)
		return -1;
	if (!root->writable) {
		fd = snapshot_view(store, &root->snapshot, false, place, failure);
	} else if (lock_container(store, root, failure) == 0 && snapshot_mount(store, &root->snapshot, place, 0, failure) == 0) {
		fd = store_open(store, "containers", id, NULL);
		if (fd < 0)
			fail(failure, STAGE_STORE, id);
	}
	if (fd < 0 || (mounted && tree_mounts_make(store, root->spec, fd, root->writable, failure) < 0))
		return -1;
	return clone_mount(fd, mounted, root->writable, failure);
}

static int open_changes(const struct store *store, struct tree_root *root, int *lower_fd, struct failure *failure)
{
	const char *id = root->snapshot.id;
	/* Written to only while nobody has it mounted. */
	if (root->writable && lock_container(store, root, failure) < 0)
		return -1;
	CLEANUP_CLOSE int upper = snapshot_open_upper(store, &root->snapshot);
	if (upper < 0)
		return fail(failure, STAGE_OVERLAY, "upper");
	if (root->snapshot.lowers->count > 0) {
		CLEANUP_CLOSE int place = store_open(store, "containers", id, NULL);
		CLEANUP_CLOSE int lower = place < 0 ? fail(failure, STAGE_STORE, id) :
						      snapshot_view(store, &root->snapshot, true, place, failure);
		if (lower < 0 || (*lower_fd = clone_mount(lower, false, false, failure)) < 0)
			return -1;
	}
	return clone_mount(upper, false, root->writable, failure);
}

static int open_image(const struct store *store, const struct tree_root *root, struct failure *failure)
{
	CLEANUP_CLOSE int place = store_open(store, "containers", root->snapshot.id, NULL);
	CLEANUP_CLOSE int lower = place < 0 ? fail(failure, STAGE_STORE, root->snapshot.id) :
					      snapshot_view(store, &root->snapshot, true, place, failure);
	return lower < 0 ? -1 : clone_mount(lower, false, false, failure);
}

int tree_root_open(const struct store *store, struct tree_root *root, int *lower_fd, struct failure *failure)
{
	*lower_fd = -1;
	bool processes_view = root->view == TREE_MOUNTED || root->view == TREE_BARE;
	if (root->running && processes_view)
		return open_running(store, root, failure);
	if (enter_own_namespace(failure) < 0)
		return -1;
	if (root->view == TREE_IMAGE)
		return open_image(store, root, failure);
	return root->view == TREE_CHANGES ? open_changes(store, root, lower_fd, failure) : open_resting(store, root, failure);
}

void tree_root_close(struct tree_root *root)
{
	if (root->lock_fd < 0)
		return;
	tree_remove(root->run_containers_fd, root->snapshot.id);
	close(root->lock_fd);
	root->lock_fd = -1;
}

#include "binds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "caller.h"
#include "io.h"
#include "namespaces.h"
#include "rootfs.h"
#include "store_open.h"
#include "volume.h"

#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

int bind_protect(int mount_fd, unsigned long flags)
{
	struct mount_attr attributes = { .propagation = flags & PROPAGATION };
	attributes.attr_set = (flags & MS_RDONLY ? MOUNT_ATTR_RDONLY : 0) | (flags & MS_NOSUID ? MOUNT_ATTR_NOSUID : 0) |
			      (flags & MS_NODEV ? MOUNT_ATTR_NODEV : 0) | (flags & MS_NOEXEC ? MOUNT_ATTR_NOEXEC : 0) |
			      (flags & MS_NODIRATIME ? MOUNT_ATTR_NODIRATIME : 0);
	/* How access times are kept is one value of three, not a bit: mount_setattr(2). */
	if (flags & (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)) {
		attributes.attr_clr = MOUNT_ATTR__ATIME;
		attributes.attr_set |= flags & MS_NOATIME     ? MOUNT_ATTR_NOATIME :
				       flags & MS_STRICTATIME ? MOUNT_ATTR_STRICTATIME :
								MOUNT_ATTR_RELATIME;
	}
	if (attributes.attr_clr == 0 && attributes.attr_set == 0 && attributes.propagation == 0)
		return 0;
	unsigned recursive = flags & MS_REC ? AT_RECURSIVE : 0;
	return (int)syscall(SYS_mount_setattr, mount_fd, "", AT_EMPTY_PATH | recursive, &attributes, sizeof(attributes));
}

static int clone_tree(int source, unsigned long flags)
{
	unsigned recursive = flags & MS_REC ? AT_RECURSIVE : 0;
	return (int)syscall(SYS_open_tree, source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | recursive);
}

static int attach_tree(int tree, int target, unsigned long flags)
{
	if (bind_protect(tree, flags) < 0)
		return -1;
	return (int)syscall(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int bind_attach(int source, int target, unsigned long flags)
{
	CLEANUP_CLOSE int tree = clone_tree(source, flags);
	return tree < 0 ? -1 : attach_tree(tree, target, flags);
}

/* With the caller's rights: what he can't reach himself, no container of his can. Magic links would lead to what root has open. */
static int open_host_path(const struct store *store, const char *path)
{
	if (identity_assume(store) < 0)
		return -1;
	int fd = open_resolved(AT_FDCWD, path, O_PATH, 0, RESOLVE_NO_MAGICLINKS);
	int saved = errno;
	if (identity_restore() < 0)
		_exit(1);
	errno = saved;
	return fd;
}

int binds_open_shared(const struct store *store, struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->mounts.count; i++) {
		struct mount_spec *item = &spec->mounts.items[i];
		item->tree_fd = -1;
		if (item->kind != MOUNT_BIND_HOST || !(item->flags & (MS_SHARED | MS_SLAVE)))
			continue;
		CLEANUP_CLOSE int source = open_host_path(store, item->source);
		/* A copy is a peer of what it is a copy of, and keeps being one when the namespace becomes private. */
		item->tree_fd = source < 0 ? -1 : clone_tree(source, item->flags);
		if (item->tree_fd < 0)
			return fail(failure, STAGE_BIND, item->source);
	}
	return 0;
}

static int open_source(const struct store *store, const struct spec *spec, const struct mount_spec *item)
{
	if (item->kind == MOUNT_BIND_HOST)
		return open_host_path(store, item->source);
	CLEANUP_CLOSE int container = store_open(store, "containers", spec->id, NULL);
	return container < 0 ? -1 : open_beneath(container, item->source, O_PATH, 0);
}

/* A symbolic link of the image's must not lead a mount into /proc, where it could stand for what security depends on: CVE-2019-16884. */
static int make_target(int root_fd, int source, const char *path)
{
	struct stat status;
	struct statfs target_system, source_system;
	if (fstat(source, &status) < 0 || fstatfs(source, &source_system) < 0)
		return -1;
	CLEANUP_CLOSE int target = S_ISDIR(status.st_mode) ? rootfs_make_directory(root_fd, path, 0755) :
							     rootfs_make_file(root_fd, path);
	if (target < 0 || fstatfs(target, &target_system) < 0)
		return -1;
	if (target_system.f_type == PROC_SUPER_MAGIC && source_system.f_type != PROC_SUPER_MAGIC) {
		errno = EPERM;
		return -1;
	}
	return take_fd(&target);
}

int bind_open(const struct store *store, const struct spec *spec, const struct mount_spec *item, struct failure *failure)
{
	if (item->tree_fd >= 0)
		return item->tree_fd;
	CLEANUP_CLOSE int source = item->kind == MOUNT_BIND_IPC ? -1 : open_source(store, spec, item);
	int tree = item->kind == MOUNT_BIND_IPC ? namespaces_open_tree(spec, item->source) :
		   source < 0			? -1 :
						  clone_tree(source, item->flags);
	return tree < 0 ? fail(failure, STAGE_BIND, item->source) : tree;
}

/* A volume's content comes from the image when it has none of its own. */
static int mount_volume(const struct store *store, int root_fd, const struct mount_spec *item, struct failure *failure)
{
	struct volume volume;
	if (volume_open(store, item->source, &volume) < 0)
		return fail(failure, STAGE_VOLUME, item->source);
	CLEANUP_CLOSE int directory = take_fd(&volume.directory_fd);
	CLEANUP_CLOSE int data = take_fd(&volume.data_fd);
	CLEANUP_CLOSE int source = *item->subpath ? rootfs_open(data, item->subpath, O_PATH) : dup(data);
	if (source < 0)
		return fail(failure, STAGE_VOLUME, item->subpath);
	CLEANUP_CLOSE int target = make_target(root_fd, source, item->target);
	if (target < 0)
		return fail(failure, STAGE_MOUNT, item->target);
	if (item->copy && !*item->subpath && volume_populate(directory, data, target) < 0)
		return fail(failure, STAGE_VOLUME, item->source);
	return bind_attach(source, target, item->flags) < 0 ? fail(failure, STAGE_MOUNT, item->target) : 0;
}

int bind_make(const struct store *store, const struct spec *spec, int root_fd, const struct mount_spec *item, struct failure *failure)
{
	if (item->kind == MOUNT_VOLUME)
		return mount_volume(store, root_fd, item, failure);
	CLEANUP_CLOSE int tree = bind_open(store, spec, item, failure);
	if (tree < 0)
		return -1;
	CLEANUP_CLOSE int target = make_target(root_fd, tree, item->target);
	if (target < 0 || attach_tree(tree, target, item->flags) < 0)
		return fail(failure, STAGE_MOUNT, item->target);
	return 0;
}

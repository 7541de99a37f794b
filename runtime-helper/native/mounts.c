#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "binds.h"
#include "bundle_init.h"
#include "io.h"
#include "rootfs.h"
#include "snapshot.h"
#include "store_open.h"

/* The snapshot over the container's run directory, which is only a place to hang it on: in this namespace nobody needs what
 * is below. */
static int mount_snapshot(const struct store *store, const struct spec *spec, struct failure *failure)
{
	const struct snapshot snapshot = { spec->id, &spec->lowers, &spec->overlay_options };
	char path[80];
	snprintf(path, sizeof(path), "containers/%s", spec->id);
	CLEANUP_CLOSE int run = store_reopen(store->run, store->run_fd);
	CLEANUP_CLOSE int place = run < 0 ? -1 : open_beneath(run, path, O_PATH | O_DIRECTORY, 0);
	if (place < 0)
		return fail(failure, STAGE_STORE, path);
	if (snapshot_mount(store, &snapshot, place, 0, failure) < 0)
		return -1;
	/* Again, to get what is mounted there now. */
	int root = open_beneath(run, path, O_PATH | O_DIRECTORY, 0);
	return root < 0 ? fail(failure, STAGE_OVERLAY, path) : root;
}

static int set_propagation(int root_fd, const struct mount_spec *item, unsigned long propagation, struct failure *failure)
{
	if (propagation == 0)
		return 0;
	CLEANUP_CLOSE int target = rootfs_open(root_fd, item->target, O_PATH | O_DIRECTORY);
	return target < 0 || bind_protect(target, propagation) < 0 ? fail(failure, STAGE_MOUNT, item->target) : 0;
}

/* By a symbolic link of the image's they could come to lie in a volume, whose other users may move them away before what is dangerous in them
 * is hidden (CVE-2019-19921). */
static bool is_kernels(const char *type)
{
	return strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
}

static int open_mount_point(int root_fd, const struct mount_spec *item)
{
	CLEANUP_CLOSE int made = rootfs_make_directory(root_fd, item->target, 0755);
	if (made < 0 || !is_kernels(item->type))
		return take_fd(&made);
	return open_resolved(root_fd, item->target, O_PATH | O_DIRECTORY, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

static int mount_filesystem(int root_fd, const struct mount_spec *item, struct failure *failure)
{
	CLEANUP_CLOSE int target = open_mount_point(root_fd, item);
	if (target < 0)
		return fail(failure, STAGE_MOUNT, item->target);
	const char *data = *item->data ? item->data : NULL;
	const unsigned long propagation = MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE;
	/* With one of these mount(2) would change that alone. */
	if (mount(item->source, fd_path(target).text, item->type, item->flags & ~(propagation | MS_REC), data) == 0)
		return set_propagation(root_fd, item, item->flags & propagation, failure);
	/* Absent on kernels without them; nothing that a container needs to run. */
	bool optional = strcmp(item->type, "cgroup2") == 0 || strcmp(item->type, "mqueue") == 0;
	return optional && (errno == ENODEV || errno == EBUSY || errno == EPERM) ? 0 : fail(failure, STAGE_MOUNT, item->target);
}

/* What is there already is right when it is the same device. */
static int is_same_device(int parent, const char *name, const struct device_spec *device)
{
	struct stat status;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && (status.st_mode & S_IFMT) == (device->mode & S_IFMT) &&
	    (S_ISFIFO(status.st_mode) || status.st_rdev == makedev(device->major, device->minor)))
		return 0;
	errno = EEXIST;
	return -1;
}

static int make_device(int root_fd, int parent, const char *name, const struct device_spec *device)
{
	if (mknodat(parent, name, device->mode, makedev(device->major, device->minor)) == 0)
		return device->uid == 0 && device->gid == 0 ? 0 : fchownat(parent, name, device->uid, device->gid, AT_SYMLINK_NOFOLLOW);
	if (errno == EEXIST)
		return is_same_device(parent, name, device);
	/* In a user namespace nobody makes device nodes: mknod(2). The host's serves. */
	if (errno != EPERM)
		return -1;
	CLEANUP_CLOSE int source = open(device->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_CLOSE int target = source < 0 ? -1 : rootfs_make_file(root_fd, device->path);
	return target < 0 ? -1 : bind_attach(source, target, 0);
}

static int make_devices(int root_fd, const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->devices.count; i++) {
		const struct device_spec *device = &spec->devices.items[i];
		const char *name;
		CLEANUP_CLOSE int parent = rootfs_parent(root_fd, device->path, &name);
		if (parent < 0 || make_device(root_fd, parent, name, device) < 0)
			return fail(failure, STAGE_DEVICE, device->path);
	}
	for (size_t i = 0; i < spec->links.count; i++) {
		const struct link_spec *link = &spec->links.items[i];
		const char *name;
		CLEANUP_CLOSE int parent = rootfs_parent(root_fd, link->path, &name);
		if (parent < 0 || (symlinkat(link->target, parent, name) < 0 && errno != EEXIST))
			return fail(failure, STAGE_DEVICE, link->path);
	}
	return 0;
}

/* A pty of the container's own devpts, so that `tty` inside says /dev/pts/0; its slave is the console too. */
static int make_terminal(int root_fd, const struct spec *spec, int fds[2], struct failure *failure)
{
	CLEANUP_CLOSE int master = rootfs_open(root_fd, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	int unlock = 0;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail(failure, STAGE_TERMINAL, "/dev/pts/ptmx");
	struct winsize size = { .ws_col = (unsigned short)spec->columns, .ws_row = (unsigned short)spec->rows };
	if (spec->columns > 0 && ioctl(master, TIOCSWINSZ, &size) < 0)
		return fail(failure, STAGE_TERMINAL, "window size");
	/* Not by its name, which may lead elsewhere by now (CVE-2025-52565). */
	CLEANUP_CLOSE int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CLEANUP_CLOSE int console = slave < 0 ? -1 : rootfs_make_file(root_fd, "/dev/console");
	if (console < 0 || bind_attach(slave, console, 0) < 0)
		return fail(failure, STAGE_TERMINAL, "/dev/console");
	fds[0] = take_fd(&master);
	fds[1] = take_fd(&slave);
	return 0;
}

int mounts_fill(const struct store *store, const struct spec *spec, int root_fd, struct failure *failure)
{
	for (size_t i = 0; i < spec->mounts.count; i++) {
		const struct mount_spec *item = &spec->mounts.items[i];
		int result = item->kind == MOUNT_FILESYSTEM ? mount_filesystem(root_fd, item, failure) :
							      bind_make(store, spec, root_fd, item, failure);
		if (result < 0)
			return -1;
	}
	return 0;
}

int mounts_make(const struct store *store, struct spec *spec, int terminal_fds[2], struct failure *failure)
{
	/* While the host's mounts are still shared with us. */
	if (binds_open_shared(store, spec, failure) < 0)
		return -1;
	/* The parent must not be shared, or pivot_root fails with EINVAL and our mounts appear on the host: pivot_root(2), NOTES. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(failure, STAGE_MOUNT, "/");
	CLEANUP_CLOSE int root = spec->bundle.rootfs ? bundle_mount_root(spec, failure) : mount_snapshot(store, spec, failure);
	if (root < 0)
		return -1;
	if (mounts_fill(store, spec, root, failure) < 0)
		return -1;
	if (make_devices(root, spec, failure) < 0)
		return -1;
	if (spec->terminal && make_terminal(root, spec, terminal_fds, failure) < 0)
		return -1;
	return take_fd(&root);
}

/* A volume at /dev is its other users', too: what stands there in the device's place would be seen in that of the masked file, and could
 * be written to (CVE-2025-31133). */
static int open_null(int root_fd)
{
	struct stat status;
	CLEANUP_CLOSE int null = rootfs_open(root_fd, "/dev/null", O_PATH | O_NOFOLLOW);
	if (null < 0 || fstat(null, &status) < 0)
		return -1;
	if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
		errno = ENODEV;
		return -1;
	}
	return take_fd(&null);
}

static int mask_path(int root_fd, const char *path)
{
	CLEANUP_CLOSE int target = rootfs_open(root_fd, path, O_PATH);
	struct stat status;
	if (target < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(target, &status) < 0)
		return -1;
	if (S_ISDIR(status.st_mode))
		return mount("tmpfs", fd_path(target).text, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0k,mode=755");
	CLEANUP_CLOSE int null = open_null(root_fd);
	return null < 0 ? -1 : bind_attach(null, target, 0);
}

static int protect_path(int root_fd, const char *path)
{
	CLEANUP_CLOSE int target = rootfs_open(root_fd, path, O_PATH);
	if (target < 0)
		return errno == ENOENT ? 0 : -1;
	return bind_attach(target, target, MS_RDONLY | MS_REC);
}

int mounts_confine(int root_fd, const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->masks.count; i++)
		if (mask_path(root_fd, spec->masks.items[i]) < 0)
			return fail(failure, STAGE_MOUNT, spec->masks.items[i]);
	for (size_t i = 0; i < spec->readonly_paths.count; i++)
		if (protect_path(root_fd, spec->readonly_paths.items[i]) < 0)
			return fail(failure, STAGE_MOUNT, spec->readonly_paths.items[i]);
	/* At the end: mounts and device nodes of ours needed places in it. */
	if (spec->rootfs_readonly && bind_protect(root_fd, MS_RDONLY) < 0)
		return fail(failure, STAGE_MOUNT, "read-only root");
	return 0;
}

int mounts_enter(int root_fd, struct failure *failure)
{
	/* The old root is stacked on the new one, and taken away: pivot_root(2), "pivot_root(".", ".")". */
	if (fchdir(root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail(failure, STAGE_ROOT, "pivot_root");
	return 0;
}

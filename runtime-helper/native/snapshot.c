#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "mount_points.h"
#include "store_open.h"

/* fd_path(3) of each layer must fit into one page of mount data: Docker's 127 and the mount points do. */
#define MAX_LOWERS 128
#define DATA_SIZE 8192

static int open_lower(const struct store *store, const char *lower)
{
	if (strcmp(lower, "/") == 0)
		return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (strcmp(lower, MOUNT_POINTS) == 0)
		return mount_points_open(store);
	if (!is_component(lower)) {
		errno = EINVAL;
		return -1;
	}
	return store_open(store, "layers", lower, "diff");
}

/* The root's own mode, owner and time are its topmost directory's: the image's, until the container changes them. */
static int inherit_root(const struct store *store, const struct snapshot *snapshot, int upper)
{
	struct stat status;
	CLEANUP_CLOSE int lower = snapshot->lowers->count == 0 ? -1 : open_lower(store, snapshot->lowers->items[0]);
	if (lower < 0 || fstat(lower, &status) < 0)
		return snapshot->lowers->count == 0 ? 0 : -1;
	const struct timespec times[2] = { status.st_atim, status.st_mtim };
	struct fd_path path = fd_path(upper);
	if (chown(path.text, status.st_uid, status.st_gid) < 0 || chmod(path.text, status.st_mode & 07777) < 0)
		return -1;
	return utimensat(AT_FDCWD, path.text, times, 0);
}

/* `snapshot`, made if missing: root's alone, since set-user-id bits of what containers write must not work for the host's users. One that
 * the user put there himself is not root's. */
static int open_folder(const struct store *store, const struct snapshot *snapshot)
{
	CLEANUP_CLOSE int container = store_open(store, "containers", snapshot->id, NULL);
	if (container < 0 || (mkdirat(container, SNAPSHOT_FOLDER, 0700) < 0 && errno != EEXIST))
		return -1;
	CLEANUP_CLOSE int folder = open_beneath(container, SNAPSHOT_FOLDER, O_PATH | O_DIRECTORY, 0);
	return folder < 0 || !is_roots_alone(folder) ? -1 : take_fd(&folder);
}

/* Made if missing. */
static int open_part(const struct store *store, const struct snapshot *snapshot, const char *name)
{
	CLEANUP_CLOSE int folder = open_folder(store, snapshot);
	if (folder < 0)
		return -1;
	bool made = mkdirat(folder, name, 0755) == 0;
	if (!made && errno != EEXIST)
		return -1;
	CLEANUP_CLOSE int fd = open_beneath(folder, name, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return -1;
	if (made && strcmp(name, "upper") == 0 && inherit_root(store, snapshot, fd) < 0)
		return -1;
	return take_fd(&fd);
}

int snapshot_open_upper(const struct store *store, const struct snapshot *snapshot)
{
	return open_part(store, snapshot, "upper");
}

/* Mount data as it grows; what it names stays open until the mount is made, and longer: until exec. */
struct data {
	size_t length;
	char text[DATA_SIZE];
};

static void add(struct data *data, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct data *data, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	size_t room = sizeof(data->text) - data->length;
	int length = vsnprintf(data->text + data->length, room, format, arguments);
	va_end(arguments);
	/* It always fits: numbers of layers and the lengths of options are limited. */
	data->length += (size_t)length < room ? (size_t)length : room - 1;
}

static int add_lowers(struct data *data, const struct store *store, const struct strings *lowers, struct failure *failure)
{
	if (lowers->count > MAX_LOWERS)
		return fail_with(failure, STAGE_OVERLAY, E2BIG, "too many layers");
	for (size_t i = 0; i < lowers->count; i++) {
		int fd = open_lower(store, lowers->items[i]);
		if (fd < 0)
			return fail(failure, STAGE_LAYER, lowers->items[i]);
		add(data, "%s/proc/self/fd/%d", data->text[data->length - 1] == '=' ? "" : ":", fd);
	}
	return 0;
}

/* One option each, and none that names a path: the last of two upperdir counts, and one without a slash is the host's below its root. */
static bool is_option(const char *option)
{
	static const char *const names[] = { "index", "volatile", "metacopy", "redirect_dir", "nfs_export", "xino", "uuid", "userxattr" };
	const size_t length = strcspn(option, "=");
	if (strlen(option) > 64 || strpbrk(option, ",/:"))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strlen(names[i]) == length && strncmp(option, names[i], length) == 0)
			return true;
	return false;
}

static int add_options(struct data *data, const struct strings *options, struct failure *failure)
{
	for (size_t i = 0; i < options->count; i++) {
		const char *option = options->items[i];
		if (!is_option(option) || data->length > DATA_SIZE - 128)
			return fail_with(failure, STAGE_OVERLAY, EINVAL, option);
		add(data, ",%s", option);
	}
	return 0;
}

static int mount_overlay(const struct data *data, int place, unsigned long flags, struct failure *failure)
{
	int result = mount("overlay", fd_path(place).text, "overlay", flags, data->text);
	return result < 0 ? fail(failure, STAGE_OVERLAY, "overlay") : 0;
}

int snapshot_mount(const struct store *store, const struct snapshot *snapshot, int place, unsigned long flags, struct failure *failure)
{
	CLEANUP_CLOSE int upper = open_part(store, snapshot, "upper");
	CLEANUP_CLOSE int work = open_part(store, snapshot, "work");
	if (upper < 0 || work < 0)
		return fail(failure, STAGE_OVERLAY, upper < 0 ? "upper" : "work");
	CLEANUP_FREE struct data *data = calloc(1, sizeof(*data));
	if (!data)
		return fail(failure, STAGE_OVERLAY, "memory");
	add(data, "upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,lowerdir=", upper, work);
	if (add_lowers(data, store, snapshot->lowers, failure) < 0 || add_options(data, snapshot->options, failure) < 0)
		return -1;
	return mount_overlay(data, place, flags, failure);
}

static int open_single(const struct store *store, const struct snapshot *snapshot, int upper)
{
	if (upper >= 0)
		return fcntl(upper, F_DUPFD_CLOEXEC, 3);
	return open_lower(store, snapshot->lowers->items[0]);
}

int snapshot_view(const struct store *store, const struct snapshot *snapshot, bool lowers_only, int place, struct failure *failure)
{
	CLEANUP_CLOSE int upper = lowers_only ? -1 : open_part(store, snapshot, "upper");
	if (upper < 0 && !lowers_only)
		return fail(failure, STAGE_OVERLAY, "upper");
	/* Overlay wants two layers at least, when none is to be written to. */
	if (snapshot->lowers->count + (upper >= 0) == 1) {
		int single = open_single(store, snapshot, upper);
		return single < 0 ? fail(failure, STAGE_OVERLAY, "layer") : single;
	}
	CLEANUP_FREE struct data *data = calloc(1, sizeof(*data));
	if (!data)
		return fail(failure, STAGE_OVERLAY, "memory");
	add(data, "lowerdir=");
	if (upper >= 0)
		add(data, "/proc/self/fd/%d", upper);
	if (add_lowers(data, store, snapshot->lowers, failure) < 0 || add_options(data, snapshot->options, failure) < 0 ||
	    mount_overlay(data, place, MS_RDONLY, failure) < 0)
		return -1;
	int root = store_open(store, "containers", snapshot->id, NULL);
	return root < 0 ? fail(failure, STAGE_OVERLAY, snapshot->id) : root;
}

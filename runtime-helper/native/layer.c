#include "layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "layer_connect.h"
#include "layer_tree.h"
#include "store_open.h"
#include "temporary_name.h"
#include "tree_remove.h"

#define RENAME_NOREPLACE_FLAG 1U
#define GONE ".gone-"
#define UNKNOWN "-"
#define SCRATCH_SECONDS 10

struct unpacking {
	const struct store *store;
	const struct request *request;
	int reply_fd;
	int layers_fd;
	/* ".NAME" below layers/, and its directory, which is locked: what is not is nobody's any more. */
	char name[72];
	int folder_fd;
	struct layer_tree tree;
};

static bool is_hex(const char *text, size_t length)
{
	return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

/* Whether a folder is nobody's: removed, or left by a process that was killed. One that was just made may not be locked yet. */
static bool is_abandoned(int folder, const char *name)
{
	struct stat status;
	if (strncmp(name, GONE, strlen(GONE)) != 0 && (fstat(folder, &status) < 0 || status.st_ctime + SCRATCH_SECONDS > time(NULL)))
		return false;
	return flock(folder, LOCK_EX | LOCK_NB) == 0;
}

/* Folders in layers/ with a dot in front are on their way in or out. */
static void sweep(int layers_fd)
{
	int fd = openat(layers_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] != '.' || !is_component(entry->d_name))
			continue;
		CLEANUP_CLOSE int folder = openat(layers_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (folder >= 0 && is_abandoned(folder, entry->d_name))
			tree_remove(layers_fd, entry->d_name);
	}
	if (directory)
		closedir(directory);
}

/* ext4 puts files where their folder is, and there looks at one inode after another that was deleted in the last minute (recently_deleted,
 * fs/ext4/ialloc.c): where a layer was removed, the next one took five times as long. Folders of one with this mark begin in different places. */
static void spread(int layers_fd)
{
	int flags = 0;
	if (ioctl(layers_fd, FS_IOC_GETFLAGS, &flags) < 0 || (flags & FS_TOPDIR_FL))
		return;
	flags |= FS_TOPDIR_FL;
	/* Other file systems know no such mark. */
	(void)ioctl(layers_fd, FS_IOC_SETFLAGS, &flags);
}

static int make_scratch(struct unpacking *unpacking, struct failure *failure)
{
	spread(unpacking->layers_fd);
	/* Root's alone: what lies in layers has set-user-id bits that must not work for the host's users. */
	if (mkdirat(unpacking->layers_fd, unpacking->name, 0700) < 0)
		return fail(failure, STAGE_LAYER, unpacking->name);
	unpacking->folder_fd = open_beneath(unpacking->layers_fd, unpacking->name, O_RDONLY | O_DIRECTORY, 0);
	/* One that the user put in its place meanwhile is not. */
	if (unpacking->folder_fd < 0 || !is_roots_alone(unpacking->folder_fd) || flock(unpacking->folder_fd, LOCK_EX | LOCK_NB) < 0 ||
	    mkdirat(unpacking->folder_fd, "diff", 0755) < 0)
		return fail(failure, STAGE_LAYER, unpacking->name);
	unpacking->tree.root_fd = open_beneath(unpacking->folder_fd, "diff", O_RDONLY | O_DIRECTORY, 0);
	return unpacking->tree.root_fd < 0 ? fail(failure, STAGE_LAYER, "diff") : 0;
}

/* 1: it is there now; 0: somebody else was first. */
static int give_name(const struct unpacking *unpacking, const char *diff_id, struct failure *failure)
{
	/* A name must not come before its content (rename(2) alone orders nothing), nor be lost. */
	if (syncfs(unpacking->folder_fd) < 0)
		return fail(failure, STAGE_LAYER, "syncfs");
	if (syscall(SYS_renameat2, unpacking->layers_fd, unpacking->name, unpacking->layers_fd, diff_id, RENAME_NOREPLACE_FLAG) < 0)
		return errno == EEXIST ? 0 : fail(failure, STAGE_LAYER, diff_id);
	return fsync(unpacking->layers_fd) < 0 ? fail(failure, STAGE_LAYER, "layers") : 1;
}

static int unpack(struct unpacking *unpacking, const char *diff_id, const char *socket_name, struct failure *failure)
{
	if (make_scratch(unpacking, failure) < 0)
		return -1;
	CLEANUP_CLOSE int peer = layer_connect(unpacking->store, unpacking->request, unpacking->reply_fd, socket_name, failure);
	if (peer < 0)
		return -1;
	CLEANUP_FREE struct layer_reader *reader = malloc(sizeof(*reader));
	if (!reader)
		return fail(failure, STAGE_LAYER, "memory");
	reader->fd = peer;
	reader->at = reader->length = 0;
	char named[65] = { 0 };
	/* Modes are given as they are. */
	umask(0);
	if (layer_tree_read(&unpacking->tree, reader, failure) < 0 || layer_tree_finish(&unpacking->tree, failure) < 0)
		return -1;
	if (strcmp(diff_id, UNKNOWN) != 0)
		return give_name(unpacking, diff_id, failure);
	/* The helper learns it from the last byte. */
	if (layer_read(reader, named, 64) < 0 || !is_hex(named, 64))
		return fail(failure, STAGE_LAYER, "diffID");
	return give_name(unpacking, named, failure);
}

static bool is_there(int layers_fd, const char *diff_id)
{
	struct stat status;
	return fstatat(layers_fd, diff_id, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void answer(const struct unpacking *unpacking)
{
	char bytes[24], entries[24];
	snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)unpacking->tree.bytes);
	snprintf(entries, sizeof(entries), "%llu", (unsigned long long)unpacking->tree.entries);
	reply_ok(unpacking->reply_fd, unpacking->request->id, 2, (const char *const[]){ bytes, entries });
}

int layer_apply(const struct store *store, const struct request *request, int reply_fd)
{
	struct unpacking unpacking = { .store = store, .request = request, .reply_fd = reply_fd, .folder_fd = -1,
				       .tree = { .root_fd = -1, .parent_fd = -1 } };
	struct failure failure;
	const char *const *words = request->strings;
	if ((request->count != 4 && request->count != 6) || !is_socket_name(words[1]) || (!is_hex(words[2], 64) && strcmp(words[2], UNKNOWN) != 0) ||
	    !is_socket_name(words[3])) {
		fail_with(&failure, STAGE_REQUEST, EINVAL, "apply-layer");
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	if (request->count == 6) {
		unpacking.tree.max_bytes = strtoull(words[4], NULL, 10);
		unpacking.tree.max_entries = strtoull(words[5], NULL, 10);
	}
	snprintf(unpacking.name, sizeof(unpacking.name), ".%s", words[1]);
	unpacking.layers_fd = open_beneath(store->root_fd, "layers", O_RDONLY | O_DIRECTORY, 0);
	int result;
	if (unpacking.layers_fd < 0)
		result = fail(&failure, STAGE_STORE, "layers");
	else if (is_there(unpacking.layers_fd, words[2]))
		result = 1;
	else
		result = unpack(&unpacking, words[2], words[3], &failure);
	layer_tree_free(&unpacking.tree);
	if (result <= 0 && unpacking.layers_fd >= 0)
		tree_remove(unpacking.layers_fd, unpacking.name);
	/* Its lock goes first: whoever removes the layer at once must be able to sweep it. */
	if (unpacking.folder_fd >= 0)
		close(unpacking.folder_fd);
	if (result >= 0)
		answer(&unpacking);
	else
		reply_error(reply_fd, request->id, &failure);
	/* Not in the way of whoever waits for the answer. */
	if (unpacking.layers_fd >= 0)
		sweep(unpacking.layers_fd);
	return result < 0;
}

int layer_remove(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	char gone[64];
	const char *diff_id = request->count == 2 ? request->strings[1] : "";
	CLEANUP_CLOSE int layers = open_beneath(store->root_fd, "layers", O_RDONLY | O_DIRECTORY, 0);
	/* Another's of the same pid may have been left by who was killed. */
	snprintf(gone, sizeof(gone), GONE "%d-%llu", (int)getpid(), own_birth());
	int result = 0;
	bool sweeps_only = request->count == 1;
	if ((!sweeps_only && !is_hex(diff_id, 64)) || layers < 0)
		result = fail_with(&failure, STAGE_REQUEST, EINVAL, "remove-layer");
	else if (!sweeps_only && renameat(layers, diff_id, layers, gone) < 0 && errno != ENOENT)
		result = fail(&failure, STAGE_REMOVE, diff_id);
	if (result < 0) {
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	reply_ok(reply_fd, request->id, 0, NULL);
	/* Without its name it is gone; its files go while nobody waits. */
	sweep(layers);
	return 0;
}

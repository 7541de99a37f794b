#include "layer_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"
#include "rootfs.h"
#include "tree_remove.h"

#define WHITEOUT ".wh."
#define WHITEOUT_META ".wh..wh."
#define OPAQUE ".wh..wh..opq"
#define OVERLAY_OPAQUE "trusted.overlay.opaque"
#define ZERO_BLOCK 4096

static void forget_parent(struct layer_tree *tree)
{
	if (tree->parent_fd >= 0)
		close(tree->parent_fd);
	tree->parent_fd = -1;
}

/* Drops "./", "//" and a slash at either end, in place. -1 with EINVAL for "..". The root is "". */
static int normalize(char *path)
{
	char *to = path;
	for (const char *from = path; *from;) {
		size_t length = strcspn(from, "/");
		const char *component = from;
		from += length + (from[length] == '/');
		if (length == 0 || (length == 1 && component[0] == '.'))
			continue;
		if (length == 2 && component[0] == '.' && component[1] == '.') {
			errno = EINVAL;
			return -1;
		}
		if (to != path)
			*to++ = '/';
		memmove(to, component, length);
		to += length;
	}
	*to = '\0';
	return 0;
}

/* The directory that holds the last component of a path, made with its parents when it is missing; it stays the tree's. */
static int open_parent(struct layer_tree *tree, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	*name = slash ? slash + 1 : path;
	if (length >= sizeof(tree->parent_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (tree->parent_fd >= 0 && strlen(tree->parent_path) == length && memcmp(tree->parent_path, path, length) == 0)
		return tree->parent_fd;
	forget_parent(tree);
	memcpy(tree->parent_path, path, length);
	tree->parent_path[length] = '\0';
	tree->parent_fd = rootfs_make_directory(tree->root_fd, tree->parent_path, 0755);
	return tree->parent_fd;
}

/* What had the name before goes: a later entry wins, as in Docker. Parents may go with it. */
static int clear_name(struct layer_tree *tree, int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (tree->plain) {
		errno = EISDIR;
		return -1;
	}
	int own = fcntl(parent, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return -1;
	forget_parent(tree);
	int result = tree_remove(own, name);
	close(own);
	return result;
}

static bool is_whiteout(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(0, 0);
}

static int set_opaque(int parent, const char *name)
{
	CLEANUP_CLOSE int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -1 : fsetxattr(fd, OVERLAY_OPAQUE, "y", 1, 0);
}

/* `.wh.NAME`: what lower layers have under the name is not there. What this layer has is: its own directory then hides theirs. */
static int apply_whiteout(int parent, const char *name)
{
	struct stat status;
	if (strcmp(name, OPAQUE) == 0)
		return set_opaque(parent, ".");
	/* aufs' own notes, which mean nothing here. */
	if (strncmp(name, WHITEOUT_META, strlen(WHITEOUT_META)) == 0)
		return 0;
	name += strlen(WHITEOUT);
	if (!is_component(name)) {
		errno = EINVAL;
		return -1;
	}
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(status.st_mode) ? set_opaque(parent, name) : 0;
	if (errno != ENOENT)
		return -1;
	return mknodat(parent, name, S_IFCHR, makedev(0, 0));
}

static bool is_foreign_overlay(const char *name)
{
	return strncmp(name, "trusted.overlay.", 16) == 0 || strncmp(name, "user.overlay.", 13) == 0;
}

/* Of anything but a link, whose own can't be named by a descriptor's path. */
static int set_xattrs(int parent, const char *name, struct layer_entry *entry)
{
	char path[PATH_MAX];
	struct xattr xattr;
	while (layer_entry_next_xattr(entry, &xattr) > 0) {
		/* They would steer our overlay: a layer's own are data of somebody else's. */
		if (is_foreign_overlay(xattr.name))
			continue;
		/* The descriptor's link is followed, the last component is not. */
		snprintf(path, sizeof(path), "%s/%s", fd_path(parent).text, name);
		/* A file system without them, or a link, which can't have user's. */
		if (lsetxattr(path, xattr.name, xattr.value, xattr.length, 0) < 0 && errno != ENOTSUP &&
		    !(errno == EPERM && strncmp(xattr.name, "user.", 5) == 0))
			return -1;
	}
	return 0;
}

/* Owner first: it takes set-user-id and capabilities away. Times last. */
static int set_metadata(int parent, const char *name, struct layer_entry *entry)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	if (fchownat(parent, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (entry->type != '2' && fchmodat(parent, name, entry->mode, 0) < 0)
		return -1;
	if (set_xattrs(parent, name, entry) < 0)
		return -1;
	return utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

/* Zeros are left out in blocks, so that what was sparse, or could be, takes no room. */
static bool is_zero(const uint8_t *bytes, size_t length)
{
	return length > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

static size_t block_of(size_t length)
{
	return length < ZERO_BLOCK ? length : ZERO_BLOCK;
}

/* How many bytes at the beginning are zeros, or are none, in whole blocks. */
static size_t run_of(const uint8_t *piece, size_t length, bool zero)
{
	size_t run = 0;
	while (run < length && is_zero(piece + run, block_of(length - run)) == zero)
		run += block_of(length - run);
	return run;
}

static int write_piece(int fd, const uint8_t *piece, size_t length, uint64_t offset)
{
	while (length > 0) {
		bool zero = is_zero(piece, block_of(length));
		size_t run = run_of(piece, length, zero);
		for (size_t done = 0; !zero && done < run;) {
			ssize_t count = pwrite(fd, piece + done, run - done, (off_t)(offset + done));
			if (count < 0 && errno == EINTR)
				continue;
			if (count < 0)
				return -1;
			done += (size_t)count;
		}
		piece += run;
		length -= run;
		offset += run;
	}
	return 0;
}

static int write_segment(struct layer_tree *tree, int fd, uint64_t offset, uint64_t size, struct layer_reader *content)
{
	while (size > 0) {
		size_t length;
		const uint8_t *piece = layer_read_piece(content, size, &length);
		if (!piece)
			return -1;
		tree->pending -= length;
		if (write_piece(fd, piece, length, offset) < 0)
			return -1;
		offset += length;
		size -= length;
	}
	return 0;
}

static int write_content(struct layer_tree *tree, int fd, struct layer_entry *entry, struct layer_reader *content)
{
	uint64_t offset, length;
	if (entry->segment_count == 0 && write_segment(tree, fd, 0, entry->size, content) < 0)
		return -1;
	while (layer_entry_next_segment(entry, &offset, &length) > 0)
		if (write_segment(tree, fd, offset, length, content) < 0)
			return -1;
	/* A file may end in zeros. */
	return entry->size > 0 ? ftruncate(fd, (off_t)entry->size) : 0;
}

/* umask is 0: the mode is right from the beginning, and only the bits that the owner's change takes away come later. */
static int open_new_file(int parent, const char *name, mode_t mode)
{
	return openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
}

static int apply_file(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry, struct layer_reader *content)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	CLEANUP_CLOSE int fd = open_new_file(parent, name, entry->mode);
	if (fd < 0 || write_content(tree, fd, entry, content) < 0 || fchown(fd, entry->uid, entry->gid) < 0)
		return -1;
	if ((entry->mode & 07000) != 0 && fchmod(fd, entry->mode) < 0)
		return -1;
	if (entry->xattr_count > 0 && set_xattrs(parent, name, entry) < 0)
		return -1;
	return futimens(fd, times);
}

static int remember_time(struct layer_tree *tree, const struct layer_entry *entry)
{
	/* Room for a power of two of them. */
	if ((tree->time_count & (tree->time_count - 1)) == 0) {
		size_t capacity = tree->time_count ? tree->time_count * 2 : 1;
		struct directory_time *times = realloc(tree->times, capacity * sizeof(*times));
		if (!times)
			return -1;
		tree->times = times;
	}
	char *path = strdup(entry->path);
	if (!path)
		return -1;
	tree->times[tree->time_count++] = (struct directory_time){ path, entry->mtime };
	return 0;
}

/* A directory that is there already keeps what is in it. One that takes a whiteout's place hides what lower layers have. */
static int make_directory(struct layer_tree *tree, int parent, const char *name)
{
	struct stat status;
	if (mkdirat(parent, name, 0700) == 0)
		return 0;
	if (errno != EEXIST || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(status.st_mode))
		return 0;
	if (tree->plain) {
		errno = ENOTDIR;
		return -1;
	}
	if (clear_name(tree, parent, name) < 0 || mkdirat(parent, name, 0700) < 0)
		return -1;
	return is_whiteout(&status) ? set_opaque(parent, name) : 0;
}

static int apply_directory(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry)
{
	if (make_directory(tree, parent, name) < 0 || set_metadata(parent, name, entry) < 0)
		return -1;
	return remember_time(tree, entry);
}

/* The target is looked up inside the layer, and may be a link itself: then that is what is linked. */
static int apply_hard_link(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry)
{
	struct stat target, present;
	CLEANUP_CLOSE int fd = rootfs_open(tree->root_fd, entry->link, O_PATH | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &target) < 0)
		return -1;
	if (S_ISDIR(target.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (fstatat(parent, name, &present, AT_SYMLINK_NOFOLLOW) == 0) {
		/* Linked to itself: nothing is to be done, least of all taking the file away first. */
		if (present.st_ino == target.st_ino && present.st_dev == target.st_dev)
			return 0;
		errno = EEXIST;
		return -1;
	}
	return linkat(fd, "", parent, name, AT_EMPTY_PATH);
}

static int apply_node(int parent, const char *name, struct layer_entry *entry)
{
	static const mode_t kinds[] = { ['3'] = S_IFCHR, ['4'] = S_IFBLK, ['6'] = S_IFIFO };
	mode_t kind = kinds[(unsigned char)entry->type];
	dev_t device = kind == S_IFIFO ? 0 : makedev(entry->major, entry->minor);
	if (mknodat(parent, name, kind | (entry->mode & 0777), device) < 0)
		return -1;
	return set_metadata(parent, name, entry);
}

static int apply_link(int parent, const char *name, struct layer_entry *entry)
{
	if (symlinkat(entry->link, parent, name) < 0)
		return -1;
	return set_metadata(parent, name, entry);
}

static int make_entry(struct layer_tree *tree, int parent, const char *name, struct layer_entry *entry, struct layer_reader *content)
{
	switch (entry->type) {
	case '0':
		return apply_file(tree, parent, name, entry, content);
	case '1':
		return apply_hard_link(tree, parent, name, entry);
	case '2':
		return apply_link(parent, name, entry);
	case '5':
		return apply_directory(tree, parent, name, entry);
	default:
		return apply_node(parent, name, entry);
	}
}

/* As make_entry; what has the name already makes room. */
static int apply_named(struct layer_tree *tree, struct layer_entry *entry, struct layer_reader *content)
{
	const char *name;
	int parent = open_parent(tree, entry->path, &name);
	if (parent < 0)
		return -1;
	if (!tree->plain && strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0)
		return apply_whiteout(parent, name);
	if (make_entry(tree, parent, name, entry, content) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (clear_name(tree, parent, name) < 0)
		return -1;
	parent = open_parent(tree, entry->path, &name);
	return parent < 0 ? -1 : make_entry(tree, parent, name, entry, content);
}

static int apply_root(struct layer_tree *tree, struct layer_entry *entry)
{
	if (entry->type != '5') {
		errno = EINVAL;
		return -1;
	}
	return set_metadata(tree->root_fd, ".", entry) < 0 ? -1 : remember_time(tree, entry);
}

static int skip_pending(struct layer_tree *tree, struct layer_reader *content)
{
	while (tree->pending > 0) {
		size_t length;
		if (!layer_read_piece(content, tree->pending, &length))
			return -1;
		tree->pending -= length;
	}
	return 0;
}

static int check_limits(struct layer_tree *tree, const struct layer_entry *entry, struct failure *failure)
{
	tree->entries++;
	tree->bytes += entry->content;
	if (tree->max_entries && tree->entries > tree->max_entries)
		return fail_with(failure, STAGE_LAYER, E2BIG, "entries");
	if (tree->max_bytes && tree->bytes > tree->max_bytes)
		return fail_with(failure, STAGE_LAYER, E2BIG, "bytes");
	return 0;
}

int layer_tree_apply(struct layer_tree *tree, struct layer_entry *entry, struct layer_reader *content, struct failure *failure)
{
	tree->pending = entry->content;
	if (check_limits(tree, entry, failure) < 0)
		return -1;
	if (normalize(entry->path) < 0)
		return fail(failure, STAGE_LAYER, entry->path);
	if ((*entry->path ? apply_named(tree, entry, content) : apply_root(tree, entry)) < 0)
		return fail(failure, STAGE_LAYER, entry->path);
	/* A whiteout's file may have content in a hostile archive. */
	return skip_pending(tree, content) < 0 ? fail(failure, STAGE_LAYER, entry->path) : 0;
}

/* From the end, so that a directory's parents come after it. One that was replaced by something else has no time to give. */
int layer_tree_finish(struct layer_tree *tree, struct failure *failure)
{
	forget_parent(tree);
	for (size_t i = tree->time_count; i > 0; i--) {
		const struct directory_time *time = &tree->times[i - 1];
		const struct timespec times[2] = { time->mtime, time->mtime };
		CLEANUP_CLOSE int fd = rootfs_open(tree->root_fd, *time->path ? time->path : "/", O_RDONLY | O_DIRECTORY);
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			return fail(failure, STAGE_LAYER, time->path);
		if (fd >= 0 && futimens(fd, times) < 0)
			return fail(failure, STAGE_LAYER, time->path);
	}
	return 0;
}

struct header {
	char *bytes;
	size_t capacity;
};

/* 1: an entry, in `header`, which grows as needed; 0: the empty one; -1 with errno. */
static int read_entry(struct layer_reader *reader, struct header *header, struct layer_entry *entry)
{
	uint32_t length;
	if (layer_read(reader, &length, sizeof(length)) < 0)
		return -1;
	if (length > MAX_ENTRY_HEADER) {
		errno = EMSGSIZE;
		return -1;
	}
	if (length > header->capacity) {
		char *larger = realloc(header->bytes, length);
		if (!larger)
			return -1;
		*header = (struct header){ larger, length };
	}
	if (length == 0)
		return 0;
	return layer_read(reader, header->bytes, length) < 0 || layer_entry_parse(entry, header->bytes, length) < 0 ? -1 : 1;
}

int layer_tree_read(struct layer_tree *tree, struct layer_reader *reader, struct failure *failure)
{
	struct header header = { 0 };
	struct layer_entry entry;
	int result;
	while ((result = read_entry(reader, &header, &entry)) > 0) {
		if (layer_tree_apply(tree, &entry, reader, failure) < 0) {
			free(header.bytes);
			return -1;
		}
	}
	free(header.bytes);
	return result < 0 ? fail(failure, STAGE_LAYER, "entry") : 0;
}

int layer_tree_drain(struct layer_tree *tree, struct layer_reader *reader)
{
	struct header header = { 0 };
	struct layer_entry entry;
	int result;
	do {
		result = skip_pending(tree, reader) < 0 ? -1 : read_entry(reader, &header, &entry);
		tree->pending = result > 0 ? entry.content : 0;
	} while (result > 0);
	free(header.bytes);
	return result;
}

void layer_tree_free(struct layer_tree *tree)
{
	forget_parent(tree);
	for (size_t i = 0; i < tree->time_count; i++)
		free(tree->times[i].path);
	free(tree->times);
}

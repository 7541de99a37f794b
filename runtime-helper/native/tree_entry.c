#include "tree_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"

/* More than this many pieces are sent as if the file had no holes. */
#define MAX_SEGMENTS 4096
#define MAX_XATTR_LIST (64 * 1024)
#define MAX_XATTR_VALUE (64 * 1024)

char entry_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return '0';
	case S_IFLNK:
		return '2';
	case S_IFCHR:
		return '3';
	case S_IFBLK:
		return '4';
	case S_IFDIR:
		return '5';
	case S_IFIFO:
		return '6';
	default:
		return 0;
	}
}

struct segments {
	size_t count;
	struct {
		uint64_t offset, length;
	} items[MAX_SEGMENTS];
};

/* Where a file has data. False: it has no holes worth the name, or too many. */
static bool find_segments(int file, const struct stat *status, struct segments *segments)
{
	segments->count = 0;
	if ((uint64_t)status->st_blocks * 512 >= (uint64_t)status->st_size)
		return false;
	for (off_t at = 0; at < status->st_size;) {
		off_t data = lseek(file, at, SEEK_DATA);
		if (data < 0 && errno != ENXIO)
			return false;
		if (data < 0 || data >= status->st_size)
			break;
		off_t hole = lseek(file, data, SEEK_HOLE);
		if (hole < 0 || segments->count == MAX_SEGMENTS)
			return false;
		off_t end = hole < status->st_size ? hole : status->st_size;
		if (data == 0 && end == status->st_size)
			return false;
		segments->items[segments->count].offset = (uint64_t)data;
		segments->items[segments->count++].length = (uint64_t)(end - data);
		at = end;
	}
	/* A hole at the end is said by a piece of nothing there, as tar does. */
	if (segments->count < MAX_SEGMENTS) {
		segments->items[segments->count].offset = (uint64_t)status->st_size;
		segments->items[segments->count++].length = 0;
	}
	return true;
}

/* Overlay's own are about this store; labels and signatures about this machine. */
static bool is_kept(const char *name)
{
	static const char *const left_out[] = { "trusted.overlay.", "trusted.skiff.", "user.overlay.",
						 "security.selinux", "security.ima", "security.evm" };
	for (size_t i = 0; i < ARRAY_LENGTH(left_out); i++)
		if (strncmp(name, left_out[i], strlen(left_out[i])) == 0)
			return false;
	return true;
}

/* Number of xattrs, then names and values in hex. */
static int add_xattrs(struct tree_output *output, int parent, const char *name)
{
	static char list[MAX_XATTR_LIST];
	static uint8_t value[MAX_XATTR_VALUE];
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", fd_path(parent).text, name);
	ssize_t length = llistxattr(path, list, sizeof(list));
	if (length < 0 && errno != ENOTSUP)
		return -1;
	int count = 0;
	for (const char *at = list; length > 0 && at < list + length; at += strlen(at) + 1)
		count += is_kept(at);
	output_number(output, count, 10);
	for (const char *at = list; count > 0 && at < list + length; at += strlen(at) + 1) {
		if (!is_kept(at))
			continue;
		ssize_t size = lgetxattr(path, at, value, sizeof(value));
		if (size < 0)
			return -1;
		output_text(output, at);
		output_hex(output, value, (size_t)size);
	}
	return 0;
}

static int add_link_name(struct tree_output *output, int parent, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(parent, name, target, sizeof(target) - 1);
	if (length < 0)
		return -1;
	target[length] = '\0';
	output_text(output, target);
	return 0;
}

static void add_numbers(struct tree_output *output, const struct stat *status, uint64_t size)
{
	bool device = S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode);
	output_number(output, status->st_mode & 07777, 8);
	output_number(output, status->st_uid, 10);
	output_number(output, status->st_gid, 10);
	output_number(output, status->st_mtim.tv_sec, 10);
	output_number(output, status->st_mtim.tv_nsec, 10);
	output_number(output, device ? major(status->st_rdev) : 0, 10);
	output_number(output, device ? minor(status->st_rdev) : 0, 10);
	output_number(output, (long long)size, 10);
}

/* With its xattrs, as Docker does it: who unpacks it changes the owner of each name, and the kernel drops capabilities then. */
static int send_hard_link(struct tree_output *output, int parent, const char *name, const struct stat *status, const char *path,
			  const char *first)
{
	output_begin(output);
	output_text(output, "1");
	output_text(output, path);
	output_text(output, first);
	add_numbers(output, status, 0);
	if (add_xattrs(output, parent, name) < 0) {
		output_drop(output);
		return -1;
	}
	output_end(output);
	return 0;
}

static void send_content(struct tree_output *output, int file, uint64_t size, const struct segments *segments)
{
	if (!segments)
		output_file(output, file, 0, size);
	for (size_t i = 0; segments && i < segments->count; i++)
		output_file(output, file, segments->items[i].offset, segments->items[i].length);
}

static int send_file(struct tree_output *output, int parent, const char *name, const char *path)
{
	static struct segments segments;
	struct stat status;
	/* Not blocking: what was a file a moment ago may be a pipe now. */
	CLEANUP_CLOSE int file = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) < 0)
		return -1;
	if (!S_ISREG(status.st_mode)) {
		errno = EAGAIN;
		return -1;
	}
	bool sparse = find_segments(file, &status, &segments);
	output_begin(output);
	output_text(output, "0");
	output_text(output, path);
	output_text(output, "");
	add_numbers(output, &status, (uint64_t)status.st_size);
	if (add_xattrs(output, parent, name) < 0) {
		output_drop(output);
		return -1;
	}
	for (size_t i = 0; sparse && i < segments.count; i++) {
		output_number(output, (long long)segments.items[i].offset, 10);
		output_number(output, (long long)segments.items[i].length, 10);
	}
	output_end(output);
	send_content(output, file, (uint64_t)status.st_size, sparse ? &segments : NULL);
	return 0;
}

int entry_send(struct tree_output *output, struct tree_links *links, int parent, const char *name, const struct stat *status,
	       const char *path)
{
	char type = entry_type(status->st_mode);
	if (type == 0)
		return 0;
	const char *first = type != '5' && status->st_nlink > 1 ? links_first_name(links, status, path) : NULL;
	if (first)
		return send_hard_link(output, parent, name, status, path, first);
	if (type == '0')
		return send_file(output, parent, name, path);
	output_begin(output);
	output_text(output, (const char[]){ type, '\0' });
	output_text(output, path);
	if (type != '2')
		output_text(output, "");
	else if (add_link_name(output, parent, name) < 0) {
		output_drop(output);
		return -1;
	}
	add_numbers(output, status, 0);
	if (add_xattrs(output, parent, name) < 0) {
		output_drop(output);
		return -1;
	}
	output_end(output);
	return 0;
}

void entry_send_mark(struct tree_output *output, const char *path)
{
	static const struct stat empty = { .st_mode = S_IFREG };
	output_begin(output);
	output_text(output, "0");
	output_text(output, path);
	output_text(output, "");
	add_numbers(output, &empty, 0);
	output_number(output, 0, 10);
	output_end(output);
}

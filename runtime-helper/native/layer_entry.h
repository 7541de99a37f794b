/* One entry of a layer as it travels: ARCHITECTURE.md, Seam 3. */
#ifndef SKIFF_LAYER_ENTRY_H
#define SKIFF_LAYER_ENTRY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Two names, and xattrs in hex, of which pax headers hold at most 1 MiB. */
#define MAX_ENTRY_HEADER (4 * 1024 * 1024)

struct layer_entry {
	char type; /* tar's: '0' file, '1' hard link, '2' symlink, '3' char, '4' block, '5' directory, '6' fifo */
	char *path;
	const char *link;
	mode_t mode; /* 07777 */
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	unsigned major, minor;
	uint64_t size; /* of the content that follows; only files have any */
	size_t xattr_count;
	/* xattr_count times: name, value in hex, each with its NUL. */
	char *xattrs;
	/* Of a sparse file, where its content lies: pairs of numbers, each with its NUL; none: all of it follows. */
	size_t segment_count;
	char *segments;
	uint64_t content; /* bytes that follow */
};

/* Parses `length` bytes in place. -1 with EBADMSG for what is no header. */
int layer_entry_parse(struct layer_entry *entry, char *header, size_t length);

/* Takes the first of the entry's remaining segments: 1, 0 when there is none left. */
int layer_entry_next_segment(struct layer_entry *entry, uint64_t *offset, uint64_t *length);

struct xattr {
	const char *name;
	uint8_t *value;
	size_t length;
};

/* Takes the first of the entry's remaining xattrs, its value decoded in place: 1, 0 when there is none left. */
int layer_entry_next_xattr(struct layer_entry *entry, struct xattr *xattr);

#endif

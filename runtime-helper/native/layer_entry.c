#include "layer_entry.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The strings that are left; each has its NUL before `end`. */
struct strings_left {
	char *at;
	const char *end;
};

static char *next(struct strings_left *left)
{
	char *text = left->at;
	if (text >= left->end)
		return NULL;
	left->at += strlen(text) + 1;
	return text;
}

static bool next_number(struct strings_left *left, int base, int64_t minimum, int64_t maximum, int64_t *value)
{
	const char *text = next(left);
	char *end;
	if (!text || *text == '\0' || *text == '+' || *text == ' ')
		return false;
	errno = 0;
	*value = strtoll(text, &end, base);
	return errno == 0 && *end == '\0' && *value >= minimum && *value <= maximum;
}

static int bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* Names and values in pairs, the values in hex. */
static bool check_xattrs(struct strings_left *left, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		const char *name = next(left), *value = next(left);
		if (!name || *name == '\0' || !value)
			return false;
		size_t length = strlen(value);
		if (length % 2 != 0 || strspn(value, "0123456789abcdef") != length)
			return false;
	}
	return true;
}

/* Pairs of offset and length up to the end: in order, without overlap, within the size. */
static bool check_segments(struct strings_left left, struct layer_entry *entry)
{
	int64_t offset, length;
	uint64_t end = 0;
	entry->segments = left.at;
	while (left.at < left.end) {
		if (!next_number(&left, 10, 0, INT64_MAX, &offset) || !next_number(&left, 10, 0, INT64_MAX, &length))
			return false;
		if ((uint64_t)offset < end || (uint64_t)offset > entry->size || (uint64_t)length > entry->size - (uint64_t)offset)
			return false;
		end = (uint64_t)offset + (uint64_t)length;
		entry->content += (uint64_t)length;
		entry->segment_count++;
	}
	if (entry->segment_count == 0)
		entry->content = entry->size;
	return true;
}

int layer_entry_parse(struct layer_entry *entry, char *header, size_t length)
{
	struct strings_left left = { header, header + length };
	int64_t mode, uid, gid, seconds, nanoseconds, major, minor, size, xattrs;
	if (length == 0 || header[length - 1] != '\0')
		return bad();
	const char *type = next(&left);
	char *path = next(&left);
	const char *link = next(&left);
	if (!type || type[0] < '0' || type[0] > '6' || type[1] != '\0' || !path || !link)
		return bad();
	if (!next_number(&left, 8, 0, INT64_MAX, &mode) || !next_number(&left, 10, 0, UINT32_MAX - 1, &uid) ||
	    !next_number(&left, 10, 0, UINT32_MAX - 1, &gid) || !next_number(&left, 10, INT64_MIN, INT64_MAX, &seconds) ||
	    !next_number(&left, 10, 0, 999999999, &nanoseconds) || !next_number(&left, 10, 0, UINT32_MAX, &major) ||
	    !next_number(&left, 10, 0, UINT32_MAX, &minor) || !next_number(&left, 10, 0, INT64_MAX, &size) ||
	    !next_number(&left, 10, 0, INT_MAX, &xattrs) || (type[0] != '0' && size != 0))
		return bad();
	char *first_xattr = left.at;
	if (!check_xattrs(&left, xattrs))
		return bad();
	*entry = (struct layer_entry){
		.type = type[0],
		.path = path,
		.link = link,
		.mode = (mode_t)mode & 07777,
		.uid = (uid_t)uid,
		.gid = (gid_t)gid,
		.mtime = { .tv_sec = seconds, .tv_nsec = nanoseconds },
		.major = (unsigned)major,
		.minor = (unsigned)minor,
		.size = (uint64_t)size,
		.xattr_count = (size_t)xattrs,
		.xattrs = first_xattr,
	};
	return check_segments(left, entry) ? 0 : bad();
}

int layer_entry_next_segment(struct layer_entry *entry, uint64_t *offset, uint64_t *length)
{
	char *end;
	if (entry->segment_count == 0)
		return 0;
	*offset = strtoull(entry->segments, &end, 10);
	*length = strtoull(end + 1, &end, 10);
	entry->segments = end + 1;
	entry->segment_count--;
	return 1;
}

static uint8_t digit(char letter)
{
	return (uint8_t)(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

int layer_entry_next_xattr(struct layer_entry *entry, struct xattr *xattr)
{
	if (entry->xattr_count == 0)
		return 0;
	const char *name = entry->xattrs;
	char *hex = entry->xattrs + strlen(name) + 1;
	size_t length = strlen(hex);
	for (size_t i = 0; i < length / 2; i++)
		hex[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	*xattr = (struct xattr){ name, (uint8_t *)hex, length / 2 };
	entry->xattrs = hex + length + 1;
	entry->xattr_count--;
	return 1;
}

/* Reading back what a process wrote: container_log.h. */
#include <string.h>
#include <unistd.h>

#include "container_log.h"

/* Has at least one whole record. */
#define CHUNK (2 * LOG_MOST_TEXT)

ssize_t log_read(const struct container_log *log, uint64_t offset, void *buffer, size_t capacity)
{
	if (offset >= log->base) {
		uint64_t left = log->end - offset;
		return log->fd < 0 ? 0 : pread(log->fd, buffer, left < capacity ? left : capacity, (off_t)(offset - log->base));
	}
	if (log->previous_fd < 0 || offset < log->previous_base)
		return -1;
	uint64_t left = log->base - offset;
	return pread(log->previous_fd, buffer, left < capacity ? left : capacity, (off_t)(offset - log->previous_base));
}

size_t log_parse(const uint8_t *bytes, size_t length, struct log_record *record)
{
	const uint8_t *end = length > 0 ? memchr(bytes, '\n', length) : NULL;
	*record = (struct log_record){ .is_whole = true };
	if (!end)
		return 0;
	size_t size = (size_t)(end - bytes) + 1;
	const char *head = (const char *)bytes;
	if (size <= LOG_HEADER || head[LOG_HEADER - 1] != ' ' || memcmp(head + LOG_HEADER - 9, "std", 3) != 0)
		return size;
	record->is_stderr = head[LOG_HEADER - 6] == 'e';
	record->is_whole = head[LOG_HEADER - 2] == 'F';
	record->text = bytes + LOG_HEADER;
	record->length = size - LOG_HEADER - (record->is_whole ? 0 : 1);
	return size;
}

/* Offset behind the first record of a whole line at or after `offset`; where there is none near, behind the first record. */
static uint64_t next_line(const struct container_log *log, uint64_t offset)
{
	uint8_t bytes[CHUNK];
	struct log_record record;
	ssize_t length = log_read(log, offset, bytes, sizeof(bytes));
	if (length <= 0)
		return log->end;
	/* The first one is cut off, most likely. */
	const uint8_t *first = memchr(bytes, '\n', (size_t)length);
	if (!first)
		return offset + (uint64_t)length;
	size_t at = (size_t)(first - bytes) + 1;
	for (size_t next = at, size; (size = log_parse(bytes + next, (size_t)length - next, &record)) > 0;) {
		next += size;
		if (record.is_whole)
			return offset + next;
	}
	return offset + at;
}

uint64_t log_tail(const struct container_log *log, uint64_t length)
{
	uint64_t first = log->previous_fd >= 0 ? log->previous_base : log->base;
	if (first < log->start)
		first = log->start;
	uint64_t from = log->end > length ? log->end - length : 0;
	return from <= first ? first : next_line(log, from - 1);
}

uint64_t log_count(const struct container_log *log, uint64_t *offset, uint64_t end)
{
	uint8_t bytes[CHUNK];
	struct log_record record;
	uint64_t total = 0, left = end - *offset;
	size_t used = 0, size;
	ssize_t length = log_read(log, *offset, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
	while (length > 0 && (size = log_parse(bytes + used, (size_t)length - used, &record)) > 0) {
		total += record.length;
		used += size;
	}
	*offset += used;
	return total;
}

uint64_t log_output_length(const struct container_log *log, uint64_t offset)
{
	uint64_t total = 0;
	for (uint64_t before = UINT64_MAX; offset < log->end && offset != before;) {
		before = offset;
		total += log_count(log, &offset, log->end);
	}
	return total;
}

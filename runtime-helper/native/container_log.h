/*
 * What a process wrote, in CRI format: one record `time stream F|P text\n` for each line or part of a line. It is both the log that
 * people read and the memory from which clients are brought up to date, so that neither costs the monitor any memory of its own.
 */
#ifndef SKIFF_CONTAINER_LOG_H
#define SKIFF_CONTAINER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* `2026-11-24T11:13:52.123456789Z stdout F `: the same length for every record. */
#define LOG_HEADER 40
/* A longer line is kept in parts. */
#define LOG_MOST_TEXT 16384

struct container_log {
	/* LOG_DISCARDED: nothing is kept at all. LOG_MEMORY: as much as those who attach need, in a file without a name. */
	enum { LOG_DISCARDED, LOG_FILE, LOG_MEMORY } kind;
	int directory_fd; /* of the file's; -1 */
	int fd;		  /* the current file; -1: not yet made, or none */
	int previous_fd;  /* the one before it, for who is still behind; -1 */
	/* Offsets count on over all files. */
	uint64_t start;		/* where this process's output begins */
	uint64_t base;		/* of the current file's first byte */
	uint64_t previous_base; /* of the previous file's */
	uint64_t end;		/* behind the last record */
	uint64_t max_size;	/* bytes of one file; 0: no limit */
	unsigned max_files;
	uid_t uid;
	gid_t gid;
};

#define LOG_INITIALLY { .directory_fd = -1, .fd = -1, .previous_fd = -1 }

/* Opens log/0.log below the container's directory for appending; both belong to the owner. */
int log_open(struct container_log *log, int container_fd, uid_t uid, gid_t gid);
/* Keeps the last output in memory only. */
void log_open_memory(struct container_log *log);
/* From here on it is another process's output. */
void log_begin(struct container_log *log);
/* Keeps what a stream gave. False when that can't be: a full disk or a removed file never stops the container. */
bool log_write(struct container_log *log, const char *stream, const char *bytes, size_t length);
/* Closes it; when nothing was ever written, it is removed again. */
void log_discard_empty(struct container_log *log);

/* Reads from `offset` on: bytes read; 0 at the end; -1 when that part is no longer there. */
ssize_t log_read(const struct container_log *log, uint64_t offset, void *buffer, size_t capacity);
/* Offset of the first line that begins within the last `length` bytes of this process's output. */
uint64_t log_tail(const struct container_log *log, uint64_t length);
/* Bytes of output from `*offset` on, of some records before `end`, behind which it is afterwards: where it was when nothing can be read. */
uint64_t log_count(const struct container_log *log, uint64_t *offset, uint64_t end);
/* Bytes of output from `offset` to the end. */
uint64_t log_output_length(const struct container_log *log, uint64_t offset);

/* One record of a log. `text` includes the newline of a whole line. */
struct log_record {
	bool is_stderr;
	bool is_whole;
	const uint8_t *text;
	size_t length;
};
/* Takes the record at the beginning of `bytes`: its length, 0 when it is not all there. What nobody of us wrote has no text. */
size_t log_parse(const uint8_t *bytes, size_t length, struct log_record *record);

#endif

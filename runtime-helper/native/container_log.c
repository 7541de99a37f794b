#include "container_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define LOG_DIRECTORY "log"
#define LOG_NAME "0.log"
#define NEXT_NAME ".0.log.next"
#define BATCH 65536
#define MEMORY_FILE (1024 * 1024)

/* The directory is the user's: a link to another file, or a device, is not written to. */
static int check_file(int fd, const struct container_log *log, struct stat *status)
{
	if (fstat(fd, status) < 0)
		return -1;
	if (!S_ISREG(status->st_mode) || status->st_nlink != 1) {
		errno = EPERM;
		return -1;
	}
	return log->uid != 0 ? fchown(fd, log->uid, log->gid) : 0;
}

int log_open(struct container_log *log, int container_fd, uid_t uid, gid_t gid)
{
	log->uid = uid;
	log->gid = gid;
	const bool made = mkdirat(container_fd, LOG_DIRECTORY, 0755) == 0;
	if (!made && errno != EEXIST)
		return -1;
	CLEANUP_CLOSE int directory = open_beneath(container_fd, LOG_DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
	if (directory < 0 || (made && uid != 0 && fchown(directory, uid, gid) < 0))
		return -1;
	CLEANUP_CLOSE int fd = open_beneath(directory, LOG_NAME, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK, 0640);
	struct stat status;
	if (fd < 0 || check_file(fd, log, &status) < 0)
		return -1;
	log->kind = LOG_FILE;
	log->base = 0;
	log->start = log->end = (uint64_t)status.st_size;
	log->fd = take_fd(&fd);
	log->directory_fd = take_fd(&directory);
	return 0;
}

void log_open_memory(struct container_log *log)
{
	log->kind = LOG_MEMORY;
	log->max_size = MEMORY_FILE;
}

void log_begin(struct container_log *log)
{
	log->start = log->end;
}

static int open_next(const struct container_log *log)
{
	if (log->kind == LOG_MEMORY)
		return memfd_create("output", MFD_CLOEXEC);
	struct stat status;
	unlinkat(log->directory_fd, NEXT_NAME, 0);
	CLEANUP_CLOSE int fd = open_beneath(log->directory_fd, NEXT_NAME, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0640);
	return fd < 0 || check_file(fd, log, &status) < 0 ? -1 : take_fd(&fd);
}

/* How many there are, one after the other; as many as there may be at most. */
static unsigned count_files(const struct container_log *log)
{
	char name[32];
	unsigned count = 1;
	for (; count < log->max_files; count++) {
		snprintf(name, sizeof(name), LOG_NAME ".%u", count);
		if (faccessat(log->directory_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			break;
	}
	return count;
}

/* 0.log becomes 0.log.1, that becomes 0.log.2; the oldest goes. */
static void shift_names(const struct container_log *log)
{
	char from[32], to[32];
	const unsigned count = count_files(log);
	for (unsigned number = count < log->max_files ? count + 1 : count; number > 1; number--) {
		snprintf(to, sizeof(to), LOG_NAME ".%u", number - 1);
		snprintf(from, sizeof(from), number == 2 ? LOG_NAME : LOG_NAME ".%u", number - 2);
		renameat(log->directory_fd, from, log->directory_fd, to);
	}
	renameat(log->directory_fd, NEXT_NAME, log->directory_fd, LOG_NAME);
}

/* Goes on in another file. Where there can't be one, the old one grows. */
static void rotate(struct container_log *log)
{
	int fd = open_next(log);
	if (fd < 0)
		return;
	if (log->kind == LOG_FILE)
		shift_names(log);
	if (log->previous_fd >= 0)
		close(log->previous_fd);
	log->previous_fd = log->fd;
	log->previous_base = log->base;
	log->fd = fd;
	log->base = log->end;
}

/* A regular file takes all or the disk is full; then half a record must not stay. */
static bool append(struct container_log *log, const char *bytes, size_t length)
{
	ssize_t count;
	do
		count = write(log->fd, bytes, length);
	while (count < 0 && errno == EINTR);
	if (count == (ssize_t)length) {
		log->end += length;
		return true;
	}
	if (count > 0 && ftruncate(log->fd, (off_t)(log->end - log->base)) < 0)
		log->end += (uint64_t)count;
	return false;
}

static bool is_full(const struct container_log *log, size_t more)
{
	uint64_t size = log->end - log->base;
	return log->max_size > 0 && size + more > log->max_size;
}

bool log_write(struct container_log *log, const char *stream, const char *bytes, size_t length)
{
	static char batch[BATCH];
	char header[64];
	size_t used = 0;
	bool kept = true;
	if (log->kind == LOG_DISCARDED)
		return false;
	if (log->fd < 0 && (log->fd = open_next(log)) < 0)
		return false;
	struct time_text now = format_now(9);
	snprintf(header, sizeof(header), "%s %s P ", now.text, stream);
	while (length > 0) {
		size_t most = length < LOG_MOST_TEXT ? length : LOG_MOST_TEXT;
		const char *end = memchr(bytes, '\n', most);
		size_t size = end ? (size_t)(end - bytes) : most;
		size_t record = LOG_HEADER + size + 1;
		bool next_file = is_full(log, used + record) && log->end - log->base + used > 0;
		if (next_file || used + record > sizeof(batch)) {
			kept &= append(log, batch, used);
			used = 0;
		}
		if (next_file)
			rotate(log);
		header[LOG_HEADER - 2] = end ? 'F' : 'P';
		memcpy(batch + used, header, LOG_HEADER);
		memcpy(batch + used + LOG_HEADER, bytes, size);
		batch[used + record - 1] = '\n';
		used += record;
		bytes += size + (end != NULL);
		length -= size + (end != NULL);
	}
	return append(log, batch, used) && kept;
}

void log_discard_empty(struct container_log *log)
{
	struct stat status;
	if (log->kind != LOG_FILE)
		return;
	if (fstat(log->fd, &status) == 0 && status.st_size == 0)
		unlinkat(log->directory_fd, LOG_NAME, 0);
	close(log->fd);
	close(log->directory_fd);
	*log = (struct container_log)LOG_INITIALLY;
}

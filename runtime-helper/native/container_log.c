#include "container_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io.h"

#define LOG_DIRECTORY "log"
#define LOG_FILE "0.log"
#define BATCH 24

int log_open(struct container_log *log, int container_fd, uid_t uid, gid_t gid)
{
	log->fd = -1;
	if (mkdirat(container_fd, LOG_DIRECTORY, 0755) == 0) {
		if (uid != 0 && fchownat(container_fd, LOG_DIRECTORY, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
	} else if (errno != EEXIST) {
		return -1;
	}
	CLEANUP_CLOSE int directory = open_beneath(container_fd, LOG_DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
	CLEANUP_CLOSE int fd = directory < 0 ? -1 : open_beneath(directory, LOG_FILE, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0640);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	/* The directory is the user's: a link to another file, or a device, is not written to. */
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
		errno = EPERM;
		return -1;
	}
	if (uid != 0 && fchown(fd, uid, gid) < 0)
		return -1;
	log->fd = take_fd(&fd);
	return 0;
}

static void write_parts(struct container_log *log, struct iovec *parts, int count)
{
	/* A regular file takes all or the disk is full. */
	if (writev(log->fd, parts, count) < 0)
		return;
}

void log_write(struct container_log *log, const char *stream, const char *bytes, size_t length)
{
	if (log->fd < 0)
		return;
	char whole[64], part[64];
	struct time_text now = format_now(9);
	int whole_length = snprintf(whole, sizeof(whole), "%s %s F ", now.text, stream);
	int part_length = snprintf(part, sizeof(part), "%s %s P ", now.text, stream);
	struct iovec parts[BATCH];
	int count = 0;
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t size = end ? (size_t)(end - bytes) : length;
		parts[count++] = end ? (struct iovec){ whole, (size_t)whole_length } : (struct iovec){ part, (size_t)part_length };
		parts[count++] = (struct iovec){ (char *)(uintptr_t)bytes, size };
		parts[count++] = (struct iovec){ (char *)(uintptr_t) "\n", 1 };
		bytes += size + (end != NULL);
		length -= size + (end != NULL);
		if (count + 3 > BATCH) {
			write_parts(log, parts, count);
			count = 0;
		}
	}
	if (count > 0)
		write_parts(log, parts, count);
}

void log_discard_empty(struct container_log *log, int container_fd)
{
	struct stat status;
	if (log->fd < 0)
		return;
	if (fstat(log->fd, &status) == 0 && status.st_size == 0)
		unlinkat(container_fd, LOG_DIRECTORY "/" LOG_FILE, 0);
	close(log->fd);
	log->fd = -1;
}

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "temporary_name.h"

#define MAX_ATTEMPTS 10000

void cleanup_close_fd(const int *fd)
{
	if (*fd >= 0) {
		int saved = errno;
		close(*fd);
		errno = saved;
	}
}

void close_and_forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int close_others(unsigned from, const int *kept, size_t count)
{
	for (;;) {
		unsigned next = ~0U;
		for (size_t i = 0; i < count; i++)
			if (kept[i] >= 0 && (unsigned)kept[i] >= from && (unsigned)kept[i] < next)
				next = (unsigned)kept[i];
		if (next > from && syscall(SYS_close_range, from, next == ~0U ? ~0U : next - 1, 0U) < 0)
			return -1;
		if (next == ~0U)
			return 0;
		from = next + 1;
	}
}

void cleanup_free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

ssize_t read_full(int fd, void *buffer, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t count = read(fd, (char *)buffer + done, length - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		if (count == 0)
			break;
		done += (size_t)count;
	}
	return (ssize_t)done;
}

int write_full(int fd, const void *buffer, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t count = write(fd, (const char *)buffer + done, length - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		done += (size_t)count;
	}
	return 0;
}

char *read_whole(const char *path)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	for (size_t length = 0, capacity = 4096; fd >= 0; capacity *= 2) {
		char *larger = realloc(text, capacity);
		ssize_t count = larger ? read_full(fd, larger + length, capacity - 1 - length) : -1;
		text = larger ? larger : text;
		if (count < 0)
			break;
		length += (size_t)count;
		text[length] = '\0';
		if (length < capacity - 1)
			return text;
	}
	free(text);
	return NULL;
}

int open_resolved(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve };
	long fd;
	int attempts = 0;
	do
		/* EAGAIN: a rename elsewhere raced with the resolution of ".." (openat2(2)). In a mount that is nowhere mounted some such
		 * paths never resolve, and whoever renames all the time must not keep us for ever. */
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++attempts < MAX_ATTEMPTS)));
	return (int)fd;
}

int open_beneath(int dirfd, const char *path, int flags, mode_t mode)
{
	return open_resolved(dirfd, path, (uint64_t)flags, flags & (O_CREAT) ? mode : 0,
			     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int write_atomic(int dirfd, const char *name, const char *text, mode_t mode, uid_t uid, gid_t gid)
{
	const struct temporary_name temporary = temporary_name(name);
	CLEANUP_CLOSE int fd = openat(dirfd, temporary.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	if (write_full(fd, text, strlen(text)) < 0 || (uid != 0 && fchown(fd, uid, gid) < 0) ||
	    renameat(dirfd, temporary.text, dirfd, name) < 0) {
		int saved = errno;
		unlinkat(dirfd, temporary.text, 0);
		errno = saved;
		return -1;
	}
	return 0;
}

int write_existing(int dirfd, const char *path, const char *text)
{
	CLEANUP_CLOSE int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	ssize_t count = write(fd, text, strlen(text));
	return count < 0 ? -1 : 0;
}

/* fchmodat(2) follows links, and knows no flag against it before Linux 6.6. */
int change_mode(int dirfd, const char *name, mode_t mode)
{
	struct stat status;
	CLEANUP_CLOSE int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	if (S_ISLNK(status.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	return chmod(fd_path(fd).text, mode);
}

struct fd_path fd_path(int fd)
{
	struct fd_path path;
	snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", fd);
	return path;
}

bool is_component(const char *name)
{
	return name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

struct time_text format_now(int digits)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct tm parts;
	gmtime_r(&now.tv_sec, &parts);
	struct time_text result;
	size_t length = strftime(result.text, sizeof(result.text), "%Y-%m-%dT%H:%M:%S", &parts);
	if (digits == 9)
		snprintf(result.text + length, sizeof(result.text) - length, ".%09ldZ", now.tv_nsec);
	else if (digits == 3)
		snprintf(result.text + length, sizeof(result.text) - length, ".%03ldZ", now.tv_nsec / 1000000);
	else
		snprintf(result.text + length, sizeof(result.text) - length, "Z");
	return result;
}

uint64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Descriptors and files: whole reads and writes, scope cleanup, opening beneath a directory. */
#ifndef SKIFF_IO_H
#define SKIFF_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/openat2.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

void cleanup_close_fd(const int *fd);
void cleanup_free_pointer(void *pointer);
#define CLEANUP_CLOSE __attribute__((cleanup(cleanup_close_fd)))
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free_pointer)))

/* Gives a descriptor away: the variable no longer closes it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

/* Closes what is open, once. */
void close_and_forget(int *fd);
/* Closes all descriptors from `from` on but these: 0, or -1 with errno. */
int close_others(unsigned from, const int *kept, size_t count);

/* All bytes or -1; read_full returns fewer only at the end of input. */
ssize_t read_full(int fd, void *buffer, size_t length);
int write_full(int fd, const void *buffer, size_t length);

/* All of a file that the kernel makes up as it is read, with a NUL behind it: the caller's to free. NULL with errno. */
char *read_whole(const char *path);

/* openat2(2) with O_CLOEXEC. */
int open_resolved(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
/* Beneath `dirfd`, following no symbolic link at all. */
int open_beneath(int dirfd, const char *path, int flags, mode_t mode);

/* Writes `text` under a temporary name and renames it. */
int write_atomic(int dirfd, const char *name, const char *text, mode_t mode, uid_t uid, gid_t gid);
/* Writes to a file that exists (proc, sysfs, cgroup): one write(2). */
int write_existing(int dirfd, const char *path, const char *text);

/* chmod(2) of what has a name in a directory, and never of what a link leads to: of a symbolic link it is refused (ELOOP). */
int change_mode(int dirfd, const char *name, mode_t mode);

/* "/proc/self/fd/N" */
struct fd_path {
	char text[32];
};
struct fd_path fd_path(int fd);

/* True for a name that is one component, and neither "." nor "..". */
bool is_component(const char *name);

/* Formats the time as RFC 3339 in UTC; `digits` of the second's fraction (0, 3 or 9). */
struct time_text {
	char text[40];
};
struct time_text format_now(int digits);

/* Milliseconds of a clock that never goes back: CLOCK_MONOTONIC. */
uint64_t monotonic_ms(void);

#endif

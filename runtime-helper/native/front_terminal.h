/* The user's terminal, and descriptors that are shared with other programs. */
#ifndef SKIFF_FRONT_TERMINAL_H
#define SKIFF_FRONT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct window_size {
	uint16_t columns;
	uint16_t rows;
};

/* Of the first of stdout, stdin and stderr that is a terminal; zeros without one. */
struct window_size terminal_size(void);

/* Puts stdin's terminal into raw mode, or does nothing when it is none. Again after SIGCONT. */
void terminal_make_raw(void);
/* Gives back the modes that terminal_make_raw found. */
void terminal_restore(void);

/* Asks on /dev/tty without echo. Bytes without the newline, 0 without a terminal, -1 when signal_fd has a signal to read. */
ssize_t terminal_ask(const char *prompt, size_t prompt_length, int signal_fd, char *answer, size_t capacity);

/*
 * A descriptor for the same pipe or terminal as `fd` that does not block: O_NONBLOCK on `fd` itself would be seen by every program
 * that shares it. `fd` itself where that can't be; then writes must be small and come after poll(2).
 */
int terminal_reopen(int fd, int access_mode);
/* As much as goes without waiting: -1 with EAGAIN for nothing. */
ssize_t terminal_write(int fd, const void *bytes, size_t length);

#endif

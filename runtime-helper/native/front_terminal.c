#include "front_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"

static struct termios found_modes;
static bool is_raw;

struct window_size terminal_size(void)
{
	static const int order[] = { STDOUT_FILENO, STDIN_FILENO, STDERR_FILENO };
	struct winsize size;
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		if (ioctl(order[i], TIOCGWINSZ, &size) == 0)
			return (struct window_size){ .columns = size.ws_col, .rows = size.ws_row };
	return (struct window_size){ 0 };
}

void terminal_make_raw(void)
{
	if (!is_raw && tcgetattr(STDIN_FILENO, &found_modes) < 0)
		return;
	is_raw = true;
	struct termios raw = found_modes;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void terminal_restore(void)
{
	/* After what was written has been drawn; what was typed ahead stays for the shell. */
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &found_modes);
	is_raw = false;
}

/* One line, without echo, in cooked mode. */
static ssize_t read_line(int tty, int signal_fd, char *answer, size_t capacity)
{
	size_t length = 0;
	for (;;) {
		struct pollfd fds[] = { { .fd = tty, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return 0;
		if (fds[1].revents)
			return -1;
		if (!fds[0].revents)
			continue;
		ssize_t count = read(tty, answer + length, capacity - length);
		if (count <= 0)
			return 0;
		length += (size_t)count;
		if (answer[length - 1] == '\n')
			return (ssize_t)length - 1;
		if (length == capacity)
			return 0;
	}
}

ssize_t terminal_ask(const char *prompt, size_t prompt_length, int signal_fd, char *answer, size_t capacity)
{
	CLEANUP_CLOSE int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios before;
	if (tty < 0 || tcgetattr(tty, &before) < 0)
		return 0;
	struct termios quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	ssize_t length = 0;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) == 0 && write_full(tty, prompt, prompt_length) == 0)
		length = read_line(tty, signal_fd, answer, capacity);
	tcsetattr(tty, TCSADRAIN, &before);
	/* The user's own was not echoed. */
	if (write_full(tty, "\n", 1) < 0)
		return 0;
	return length;
}

int terminal_reopen(int fd, int access_mode)
{
	struct stat status;
	if (fstat(fd, &status) < 0 || !(S_ISFIFO(status.st_mode) || (S_ISCHR(status.st_mode) && isatty(fd))))
		return fd;
	/* A pipe whose other side is gone can't be opened (ENXIO); after su, a terminal can't (EACCES). */
	int own = open(fd_path(fd).text, access_mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}

ssize_t terminal_write(int fd, const void *bytes, size_t length)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && (flags & O_NONBLOCK))
		return write(fd, bytes, length);
	ssize_t sent = send(fd, bytes, length, MSG_DONTWAIT);
	if (sent >= 0 || errno != ENOTSOCK)
		return sent;
	/* After poll(2) has said yes a pipe takes this much at once (pipe(7), PIPE_BUF); files and devices take all. */
	struct stat status;
	bool may_wait = fstat(fd, &status) < 0 || S_ISFIFO(status.st_mode) || isatty(fd);
	if (may_wait && length > PIPE_BUF)
		length = PIPE_BUF;
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	if (may_wait && poll(&ready, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, bytes, length);
}

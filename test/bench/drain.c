/* drain PROGRAM ARGUMENTS…: takes a program's output on a terminal of its own as fast as it comes.
 *
 * Says `ready` when the program is quiet; a line on stdin then presses Enter in the terminal. When the output ends with "done" it prints
 * `MICROSECONDS BYTES`, and at the end of stdin it ends the program. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK "done\r\n"

static char buffer[65536];

static long long now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void wait_for_quiet(int fd)
{
	struct pollfd polled = { fd, POLLIN, 0 };
	while (poll(&polled, 1, 1000) > 0 && read(fd, buffer, sizeof(buffer)) > 0)
		;
}

/* Bytes until the mark, or -1. */
static long long drain(int fd)
{
	long long total = 0;
	char tail[sizeof(MARK)] = { 0 };
	const size_t mark = sizeof(MARK) - 1;
	for (;;) {
		ssize_t count = read(fd, buffer + mark, sizeof(buffer) - mark);
		if (count <= 0)
			return -1;
		total += count;
		memcpy(buffer, tail, mark);
		memcpy(tail, buffer + count, mark);
		if (memcmp(tail, MARK, mark) == 0)
			return total;
	}
}

int main(int argc, char **argv)
{
	int master;
	char line[16];
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	if (argc < 2)
		return 125;
	pid_t pid = forkpty(&master, NULL, NULL, &size);
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait_for_quiet(master);
	puts("ready");
	fflush(stdout);
	if (read(0, line, sizeof(line)) <= 0)
		return 125;
	long long start = now_us();
	if (write(master, "\r", 1) != 1)
		return 125;
	long long total = drain(master);
	printf("%lld %lld\n", now_us() - start, total);
	fflush(stdout);
	while (read(0, line, sizeof(line)) > 0)
		;
	kill(pid, SIGKILL);
	while (read(master, buffer, sizeof(buffer)) > 0)
		;
	waitpid(pid, NULL, 0);
	return total < 0;
}

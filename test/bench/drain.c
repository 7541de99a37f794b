/* drain terminal|pipe PROGRAM ARGUMENTS…: takes the output of a program on a terminal of its own as fast as it comes, from that or from a
 * pipe.
 *
 * Says `ready` when the program is quiet; a line on stdin then presses Enter in the terminal. When the output ends with "done" it prints
 * `MICROSECONDS BYTES`, and at the end of stdin it ends the program. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* Bytes until the text, or -1. */
static long long drain(int fd, const char *text)
{
	long long total = 0;
	char tail[16] = { 0 };
	const size_t mark = strlen(text);
	for (;;) {
		ssize_t count = read(fd, buffer + mark, sizeof(buffer) - mark);
		if (count <= 0)
			return -1;
		total += count;
		memcpy(buffer, tail, mark);
		memcpy(tail, buffer + count, mark);
		if (memcmp(tail, text, mark) == 0)
			return total;
	}
}

int main(int argc, char **argv)
{
	int master, ends[2];
	char line[16];
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	if (argc < 3 || pipe(ends) < 0)
		return 125;
	bool through_pipe = strcmp(argv[1], "pipe") == 0;
	pid_t pid = forkpty(&master, NULL, NULL, &size);
	if (pid == 0) {
		if (through_pipe)
			dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	close(ends[1]);
	int output = through_pipe ? ends[0] : master;
	wait_for_quiet(output);
	puts("ready");
	fflush(stdout);
	if (read(0, line, sizeof(line)) <= 0)
		return 125;
	long long start = now_us();
	if (write(master, "\r", 1) != 1)
		return 125;
	long long total = drain(output, through_pipe ? "done\n" : "done\r\n");
	printf("%lld %lld\n", now_us() - start, total);
	fflush(stdout);
	while (read(0, line, sizeof(line)) > 0)
		;
	kill(pid, SIGKILL);
	while (read(output, buffer, sizeof(buffer)) > 0)
		;
	waitpid(pid, NULL, 0);
	return total < 0;
}

/* echo ROUNDS PROGRAM ARGUMENTS…: how long a key takes from a terminal to a program's terminal and back, where it is echoed.
 *
 * Runs the program on a terminal of its own, waits until it is quiet, then types a letter and waits until that comes back, one at a
 * time. Prints the median and the 99th percentile in microseconds. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Milliseconds without output, at most. */
static void wait_for_quiet(int fd, int milliseconds)
{
	char buffer[4096];
	struct pollfd polled = { fd, POLLIN, 0 };
	while (poll(&polled, 1, milliseconds) > 0 && read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;
	return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
	int master, rounds = argc > 2 ? atoi(argv[1]) : 0;
	char byte, buffer[4096];
	if (rounds < 1)
		return 125;
	double *times = calloc((size_t)rounds, sizeof(*times));
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	pid_t pid = forkpty(&master, NULL, NULL, &size);
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	wait_for_quiet(master, 1500);
	for (int round = 0; round < rounds; round++) {
		double start = now_us();
		if (write(master, "x", 1) != 1 || read(master, &byte, 1) != 1)
			return 1;
		times[round] = now_us() - start;
		/* A line that grows without end would be cut at 4096 (termios(3), canonical mode). */
		if (round % 60 == 59) {
			if (write(master, "\025", 1) != 1)
				return 1;
			wait_for_quiet(master, 20);
		}
		/* As nobody types: the processes have gone to sleep between two keys. */
		usleep(500);
	}
	qsort(times, (size_t)rounds, sizeof(*times), compare);
	printf("%.0f %.0f\n", times[rounds / 2], times[rounds * 99 / 100]);
	kill(pid, SIGKILL);
	while (read(master, buffer, sizeof(buffer)) > 0)
		;
	waitpid(pid, NULL, 0);
	return 0;
}

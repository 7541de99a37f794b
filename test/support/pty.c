/* pty COLUMNS ROWS PROGRAM ARGUMENTS…: runs a program on a terminal of its own, as a terminal emulator does.
 *
 * stdin → the terminal, the terminal → stdout. fd 3 takes `COLUMNS ROWS\n` to change its size, and at the end says `restored\n`
 * or `changed\n`: whether the program left the terminal's modes as it found them. Exits as the program does. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#define CONTROL_FD 3

static int copy(int from, int to)
{
	char buffer[16384];
	ssize_t count = read(from, buffer, sizeof(buffer));
	/* EIO: the last program has closed the terminal. */
	if (count <= 0)
		return -1;
	for (ssize_t at = 0; at < count;) {
		ssize_t written = write(to, buffer + at, (size_t)(count - at));
		if (written < 0)
			return -1;
		at += written;
	}
	return 0;
}

static int resize(int master)
{
	char line[32];
	struct winsize size = { 0 };
	ssize_t count = read(CONTROL_FD, line, sizeof(line) - 1);
	if (count <= 0)
		return -1;
	line[count] = '\0';
	if (sscanf(line, "%hu %hu", &size.ws_col, &size.ws_row) == 2)
		ioctl(master, TIOCSWINSZ, &size);
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size = { 0 };
	struct termios before, after;
	int master, slave, status;
	if (argc < 4)
		return 125;
	size.ws_col = (unsigned short)atoi(argv[1]);
	size.ws_row = (unsigned short)atoi(argv[2]);
	/* Our own copy of the slave keeps it alive, so that its modes can be read after the end. */
	if (openpty(&master, &slave, NULL, NULL, &size) < 0 || tcgetattr(slave, &before) < 0)
		return 125;
	pid_t pid = fork();
	if (pid == 0) {
		close(CONTROL_FD);
		close(master);
		login_tty(slave);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	struct pollfd polled[] = { { 0, POLLIN, 0 }, { master, POLLIN, 0 }, { CONTROL_FD, POLLIN, 0 } };
	while (waitpid(pid, &status, WNOHANG) == 0) {
		/* Wakes also without input: the end of the program is no event of these. */
		if (poll(polled, 3, 20) <= 0)
			continue;
		if (polled[0].revents && copy(0, master) < 0)
			polled[0].fd = -1;
		if (polled[1].revents && copy(master, 1) < 0)
			polled[1].fd = -1;
		if (polled[2].revents && resize(master) < 0)
			polled[2].fd = -1;
	}
	while (poll(polled + 1, 1, 0) > 0 && polled[1].revents && copy(master, 1) == 0)
		;
	tcgetattr(slave, &after);
	const char *verdict = before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag && before.c_oflag == after.c_oflag
				      ? "restored\n" : "changed\n";
	if (write(CONTROL_FD, verdict, strlen(verdict)) < 0)
		return 125;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

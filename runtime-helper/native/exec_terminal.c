#include "exec_terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "io.h"
#include "rootfs.h"

/* Master and slave. */
static int open_terminal(const struct spec *spec, int fds[2], struct failure *failure)
{
	CLEANUP_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_CLOSE int master = root < 0 ? -1 : rootfs_open(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	int unlock = 0;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail(failure, STAGE_TERMINAL, "/dev/pts/ptmx");
	struct winsize size = { .ws_col = (unsigned short)spec->columns, .ws_row = (unsigned short)spec->rows };
	if (spec->columns > 0)
		ioctl(master, TIOCSWINSZ, &size);
	/* Not by its name, which may lead elsewhere by now. */
	fds[1] = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fds[1] < 0)
		return fail(failure, STAGE_TERMINAL, "/dev/pts");
	fds[0] = take_fd(&master);
	return 0;
}

struct stdio exec_terminal(const struct spec *spec, int sync_fd)
{
	int fds[2] = { -1, -1 };
	struct failure failure;
	if (open_terminal(spec, fds, &failure) < 0)
		sync_die(sync_fd, &failure);
	if (sync_send(sync_fd, SYNC_TERMINAL, fds[0]) < 0)
		_exit(125);
	close(fds[0]);
	return (struct stdio){ .fds = { fds[1], fds[1], fds[1] }, .terminal = true };
}

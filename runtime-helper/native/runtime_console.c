#include "runtime_console.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io.h"
#include "rights.h"

int runtime_console_listen(const char *path, struct failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		return fail(failure, STAGE_TERMINAL, path);
	return take_fd(&fd);
}

int runtime_console_take(int *listen_fd, const char *path, struct failure *failure)
{
	char name[256];
	int master = -1;
	CLEANUP_CLOSE int listening = take_fd(listen_fd);
	CLEANUP_CLOSE int connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unlink(path);
	if (connection < 0 || rights_receive(connection, &(struct iovec){ name, sizeof(name) }, 1, &master) < 0 || master < 0)
		return fail(failure, STAGE_TERMINAL, path);
	return master;
}

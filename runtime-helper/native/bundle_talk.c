#include "bundle_talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "io.h"
#include "request.h"
#include "rights.h"
#include "session.h"

int bundle_hand_terminal_over(const char *path, int master, struct failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!path || strlen(path) >= sizeof(address.sun_path))
		return fail_with(failure, STAGE_TERMINAL, path ? ENAMETOOLONG : EINVAL, path ? path : "console-socket");
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || sync_send(fd, '/', master) < 0)
		return fail(failure, STAGE_TERMINAL, path);
	return 0;
}

ssize_t bundle_receive(int sync_fd, union sync_text *message, int *fd)
{
	return rights_receive(sync_fd, &(struct iovec){ message, sizeof(*message) }, 1, fd);
}

void bundle_tell(int channel, uint32_t request_id, pid_t pid, const char *event)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", (int)pid);
	reply_event_with(channel, request_id, event, text);
}

void bundle_tell_end(int channel, uint32_t request_id, pid_t pid)
{
	char code[16];
	int status = 0;
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	snprintf(code, sizeof(code), "%d", exit_code_of(status));
	reply_ok(channel, request_id, 1, (const char *const[]){ code });
}

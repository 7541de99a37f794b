/* What skiff-oci's caller, the process that makes or joins a bundle's container, and the one that becomes the user's say to each other. */
#ifndef SKIFF_BUNDLE_TALK_H
#define SKIFF_BUNDLE_TALK_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "init.h"

union sync_text {
	char type;
	struct sync_failure failed;
	char bytes[sizeof(struct sync_failure)];
};

/* One message of init's; `fd` is what came with it, or -1. The length, 0 when init has ended. */
ssize_t bundle_receive(int sync_fd, union sync_text *message, int *fd);
/* config.md, "process": whoever listens gets the terminal's master, and its name as the message (runc's docs/terminals.md). */
int bundle_hand_terminal_over(const char *path, int master, struct failure *failure);
void bundle_tell(int channel, uint32_t request_id, pid_t pid, const char *event);
/* The last word: the exit code of a process that is waited for, or 0 when `pid` is none. */
void bundle_tell_end(int channel, uint32_t request_id, pid_t pid);

#endif

/* Messages that may carry a descriptor: unix(7), SCM_RIGHTS. */
#ifndef SKIFF_RIGHTS_H
#define SKIFF_RIGHTS_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Sends the parts as one message, with `descriptor` unless it is -1. -1 and errno, or 0. */
int rights_send(int fd, const struct iovec *parts, size_t count, int descriptor);
/* recvmsg(2): the message's length, 0 at the end, -1 and errno. `descriptor`: what came along, the caller's to close; -1: nothing. */
ssize_t rights_receive(int fd, const struct iovec *parts, size_t count, int *descriptor);

#endif

/* Where a container's names are asked for: 127.0.0.11, port 53, in its network namespace. */
#ifndef SKIFF_RESOLVER_SOCKETS_H
#define SKIFF_RESOLVER_SOCKETS_H

#include "errors.h"

/* Sockets in the network namespace of the process that `init_fd`, a pidfd, stands for: 0, or -1 with errno. They listen on ports of the
 * kernel's choice, so that programs in the container may have port 53; packets are led there and back without the state of a connection. */
int resolver_sockets(int init_fd, int *udp_fd, int *tcp_fd);

#endif

/* The socket at which another runtime hands over a terminal's master (`--console-socket`). */
#ifndef SKIFF_RUNTIME_CONSOLE_H
#define SKIFF_RUNTIME_CONSOLE_H

#include "errors.h"

int runtime_console_listen(const char *path, struct failure *failure);
/* After the program's end: the master that is there by now, or -1. Closes the socket. */
int runtime_console_take(int *listen_fd, const char *path, struct failure *failure);

#endif

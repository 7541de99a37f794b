/* From the greeting to the exit code: bytes, signals and window sizes between a terminal, a helper and a monitor. */
#ifndef SKIFF_FRONT_RELAY_H
#define SKIFF_FRONT_RELAY_H

#include <stddef.h>
#include <stdint.h>

/* The helper has left without having begun. */
#define RELAY_UNHEARD (-1)

/* Takes the descriptor; sends `hello`, relays until the end, leaves the terminal as it was. Returns the exit code, or RELAY_UNHEARD. */
int front_relay(int helper_fd, const uint8_t *hello, size_t hello_length);

#endif

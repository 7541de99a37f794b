/* What clients type, on its way to the process: it waits while that does not read, and holds up nothing else. */
#ifndef SKIFF_SESSION_INPUT_H
#define SKIFF_SESSION_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "session.h"

/* Appends what a client has sent, and gives the process what it takes now. */
void input_take(struct session *session, const uint8_t *bytes, size_t length);
/* Gives the process what it takes now; after `input_ended` and the last byte it sees the end, unless it has a terminal. */
void input_write(struct session *session);
void input_close(struct session *session);

#endif

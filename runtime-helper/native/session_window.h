/* The size of a process's terminal when any number of windows look at it. */
#ifndef SKIFF_SESSION_WINDOW_H
#define SKIFF_SESSION_WINDOW_H

#include "session.h"

/* The terminal is there; its size is what the process was made with, or that of a window which has come already. */
void window_begin(struct session *session);
/* The client's window has this size now: columns u16le, rows u16le. */
void window_resize(struct session *session, struct client *client, const uint8_t *size);
/* Somebody types there. */
void window_use(struct session *session, struct client *client);
/* A client is gone: of those who are left the last one used decides. */
void window_inherit(struct session *session);

/* Makes the program on the screen draw it anew: only a change of the size does (SIGWINCH), so the terminal loses a row for a moment. */
void window_redraw(struct session *session);
/* What poll(2) may wait at most. */
int window_timeout(const struct session *session, int timeout);
/* Gives the row back when it is time. */
void window_settle(struct session *session);

#endif

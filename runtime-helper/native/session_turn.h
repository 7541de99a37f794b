/* One turn of a monitor's event loop: what there is to read, to send and to serve. */
#ifndef SKIFF_SESSION_TURN_H
#define SKIFF_SESSION_TURN_H

#include <stdbool.h>

#include "session.h"

/* What a turn has left to its caller. */
struct session_events {
	bool process; /* it has ended */
	bool sync;    /* init has something to say */
};

/* Waits for one round of events, at most so many milliseconds (-1: for ever), and serves all but the process and its sync socket. Without `reading`
 * the process's output and its end wait. False: nothing happened in that time. */
bool session_turn(struct session *session, bool reading, int timeout, struct session_events *events);
/* Everything that the process wrote before its end is in the pipes now. What it has left behind may write on without end. */
void session_drain(struct session *session);

#endif

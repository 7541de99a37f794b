/* What the front does with what a helper or a monitor says to it, but for the bytes that are shown. */
#ifndef SKIFF_FRONT_FRAMES_H
#define SKIFF_FRONT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "front_keys.h"
#include "front_link.h"
#include "front_output.h"

#define GOES_ON (-2)

struct relay {
	struct link helper;
	struct link monitor;
	/* Where input goes; NULL: nobody wants it. */
	struct link *input;
	struct detach_keys keys;
	int signal_fd;
	int stdin_fd;
	struct front_output output;
	/* The monitor's stdout and stderr that nobody wants to see. */
	bool hidden[2];
	/* The first frame of this link is not all written: nothing else is read before the rest could be. */
	struct link *blocked;
	int termination_signals;
	/* What the helper has said while a monitor was still speaking; -1: nothing. */
	int helper_code;
	bool heard;
	bool was_attached;
	bool is_raw;
	/* Signals are for the process; else they end the front alone. */
	bool passes_signals;
};

/* GOES_ON, or the exit code. */
int relay_take_from_helper(struct relay *relay, const struct stream_frame *frame);
int relay_take_from_monitor(struct relay *relay, const struct stream_frame *frame);

/* Columns and rows of the terminal, as frames have them: four bytes. */
void relay_size(uint8_t *bytes);
/* The exit code after a message. */
int relay_broken(const char *who);

#endif

/* stdout and stderr of the front: what a slow reader does not take waits, and nothing else waits for it. */
#ifndef SKIFF_FRONT_OUTPUT_H
#define SKIFF_FRONT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "stream.h"

struct front_output {
	int fds[2];
	/* Bytes of the frame under way that are written. */
	size_t written;
};

void front_output_open(struct front_output *output);
void front_output_close(struct front_output *output);
/* Where a frame's bytes go. */
int front_output_fd(const struct front_output *output, const struct stream_frame *frame);
/* Writes what is left of the frame: false when the rest must wait until front_output_fd can be written, and the same frame be given again. Dies
 * when nobody can read it any more. */
bool front_output_write(struct front_output *output, const struct stream_frame *frame);

#endif

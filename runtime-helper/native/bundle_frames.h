/* Requests over a descriptor of one's own: read whole, and never given back. */
#ifndef SKIFF_BUNDLE_FRAMES_H
#define SKIFF_BUNDLE_FRAMES_H

#include "request.h"

struct bundle_frame {
	struct request request;
};

/* 0, or -1 at the end of input and for what is no frame. */
int bundle_frame_read(int fd, struct bundle_frame *frame);

#endif

#include "bundle_frames.h"

#include <errno.h>
#include <stdlib.h>

#include "io.h"

#define MAX_LENGTH (1024 * 1024)

int bundle_frame_read(int fd, struct bundle_frame *frame)
{
	uint32_t header[2];
	if (read_full(fd, header, sizeof(header)) != sizeof(header))
		return -1;
	if (header[0] < sizeof(uint32_t) || header[0] > MAX_LENGTH) {
		errno = EBADMSG;
		return -1;
	}
	size_t length = header[0] - sizeof(uint32_t);
	char *body = malloc(length + 1);
	if (!body || read_full(fd, body, length) != (ssize_t)length) {
		free(body);
		return -1;
	}
	return request_parse(&frame->request, header[1], body, length);
}

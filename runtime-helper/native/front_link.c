#include "front_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int link_open(struct link *link, int fd)
{
	*link = (struct link){ .fd = fd };
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

void link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	stream_free(&link->in);
	free(link->out);
	*link = (struct link){ .fd = -1 };
}

static uint8_t *reserve(struct link *link, size_t length)
{
	size_t wanted = link->out_length + length;
	if (wanted > link->out_capacity) {
		size_t capacity = wanted < 4096 ? 4096 : wanted * 2;
		uint8_t *out = realloc(link->out, capacity);
		if (!out)
			return NULL;
		link->out = out;
		link->out_capacity = capacity;
	}
	return link->out + link->out_length;
}

int link_queue(struct link *link, uint8_t type, const void *payload, size_t length)
{
	uint8_t *at = reserve(link, STREAM_HEADER + length);
	if (!at)
		return -1;
	stream_header(at, type, (uint32_t)length);
	if (length > 0)
		memcpy(at + STREAM_HEADER, payload, length);
	link->out_length += STREAM_HEADER + length;
	return 0;
}

void link_flush(struct link *link)
{
	size_t sent = 0;
	while (link->fd >= 0 && sent < link->out_length) {
		ssize_t count = send(link->fd, link->out + sent, link->out_length - sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno != EAGAIN)
			sent = link->out_length;
		if (count < 0)
			break;
		sent += (size_t)count;
	}
	link->out_length -= sent;
	if (sent > 0 && link->out_length > 0)
		memmove(link->out, link->out + sent, link->out_length);
}

int link_fill(struct link *link)
{
	long count = stream_fill(&link->in, link->fd);
	if (count > 0)
		return 1;
	return count < 0 && errno == EAGAIN ? 0 : -1;
}

#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

/* A batch holds a few messages of known size: what would not fit is a mistake of ours, and send refuses it. */
static void *reserve(struct netlink_batch *batch, size_t length)
{
	size_t aligned = NLMSG_ALIGN(length);
	if (batch->length + aligned > sizeof(batch->bytes)) {
		batch->length = sizeof(batch->bytes) + 1;
		return NULL;
	}
	void *place = batch->bytes + batch->length;
	memset(place, 0, aligned);
	batch->length += aligned;
	return place;
}

static void finish_message(struct netlink_batch *batch)
{
	if (batch->current)
		batch->current->nlmsg_len = (uint32_t)(batch->bytes + batch->length - (char *)batch->current);
}

void netlink_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *fixed, size_t length)
{
	finish_message(batch);
	struct nlmsghdr *header = reserve(batch, sizeof(*header));
	if (!header)
		return;
	batch->current = header;
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = ++batch->messages;
	netlink_raw(batch, fixed, length);
}

void netlink_raw(struct netlink_batch *batch, const void *data, size_t length)
{
	void *place = reserve(batch, length);
	if (place)
		memcpy(place, data, length);
}

void netlink_attribute(struct netlink_batch *batch, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attribute = reserve(batch, NLA_HDRLEN + length);
	if (!attribute)
		return;
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	if (length > 0)
		memcpy((char *)attribute + NLA_HDRLEN, data, length);
}

void netlink_text(struct netlink_batch *batch, uint16_t type, const char *text)
{
	netlink_attribute(batch, type, text, strlen(text) + 1);
}

void netlink_u32(struct netlink_batch *batch, uint16_t type, uint32_t value)
{
	netlink_attribute(batch, type, &value, sizeof(value));
}

size_t netlink_open(struct netlink_batch *batch, uint16_t type)
{
	size_t at = batch->length;
	netlink_attribute(batch, type, NULL, 0);
	return at;
}

void netlink_close(struct netlink_batch *batch, size_t open)
{
	if (batch->length > sizeof(batch->bytes))
		return;
	struct nlattr *attribute = (struct nlattr *)(batch->bytes + open);
	attribute->nla_len = (uint16_t)(batch->length - open);
}

/* Answers that are still to come; -1 with the kernel's error. */
static int read_answers(int fd, unsigned expected)
{
	_Alignas(4) char buffer[8192];
	while (expected > 0) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -1;
		int left = (int)length;
		for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, (unsigned)left); header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_type != NLMSG_ERROR)
				continue;
			const struct nlmsgerr *answer = NLMSG_DATA(header);
			if (answer->error != 0) {
				errno = -answer->error;
				return -1;
			}
			expected--;
		}
	}
	return 0;
}

static unsigned count_answers(const struct netlink_batch *batch)
{
	unsigned count = 0;
	int left = (int)batch->length;
	for (const struct nlmsghdr *header = (const struct nlmsghdr *)batch->bytes; NLMSG_OK(header, (unsigned)left);
	     header = NLMSG_NEXT(header, left))
		count += (header->nlmsg_flags & NLM_F_ACK) != 0;
	return count;
}

int netlink_send(int protocol, struct netlink_batch *batch)
{
	finish_message(batch);
	if (batch->length > sizeof(batch->bytes)) {
		errno = EMSGSIZE;
		return -1;
	}
	CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -1;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	if (sendto(fd, batch->bytes, batch->length, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -1;
	return read_answers(fd, count_answers(batch));
}

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

/* Returns the socket that the answers come to, or -1. */
static int send_batch(int protocol, struct netlink_batch *batch)
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
	return take_fd(&fd);
}

int netlink_send_keeping(int protocol, struct netlink_batch *batch, int *fd)
{
	*fd = send_batch(protocol, batch);
	return *fd < 0 ? -1 : read_answers(*fd, count_answers(batch));
}

int netlink_send(int protocol, struct netlink_batch *batch)
{
	CLEANUP_CLOSE int fd = -1;
	return netlink_send_keeping(protocol, batch, &fd);
}

/* 1: more is to come; 0: that was all; -1: the kernel's error. */
static int read_dump(const char *buffer, int left, void (*visit)(const struct nlmsghdr *header, void *context), void *context)
{
	for (const struct nlmsghdr *header = (const struct nlmsghdr *)buffer; NLMSG_OK(header, (unsigned)left);
	     header = NLMSG_NEXT(header, left)) {
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type != NLMSG_ERROR) {
			visit(header, context);
			continue;
		}
		errno = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
		return errno == 0 ? 0 : -1;
	}
	return 1;
}

int netlink_dump(int protocol, struct netlink_batch *batch, void (*visit)(const struct nlmsghdr *header, void *context),
		 void *context)
{
	_Alignas(4) char buffer[16384];
	CLEANUP_CLOSE int fd = send_batch(protocol, batch);
	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
		if (length < 0 && errno == EINTR)
			continue;
		int result = length < 0 ? -1 : read_dump(buffer, (int)length, visit, context);
		if (result <= 0)
			return result;
	}
}

/* The attribute at `at` when all of it lies before `end`. */
static const struct nlattr *attribute_at(const char *at, const char *end)
{
	const struct nlattr *attribute = (const struct nlattr *)at;
	return end - at >= NLA_HDRLEN && attribute->nla_len >= NLA_HDRLEN && attribute->nla_len <= end - at ? attribute : NULL;
}

static const struct nlattr *find_between(const char *at, const char *end, uint16_t type)
{
	for (const struct nlattr *one = attribute_at(at, end); one; one = attribute_at(at, end)) {
		if ((one->nla_type & NLA_TYPE_MASK) == type)
			return one;
		at += NLA_ALIGN(one->nla_len);
	}
	return NULL;
}

const struct nlattr *netlink_find(const struct nlmsghdr *header, size_t fixed_length, uint16_t type)
{
	const char *start = (const char *)header + NLMSG_HDRLEN + NLMSG_ALIGN(fixed_length);
	return find_between(start, (const char *)header + header->nlmsg_len, type);
}

const struct nlattr *netlink_inner(const struct nlattr *nest, uint16_t type)
{
	return find_between((const char *)nest + NLA_HDRLEN, (const char *)nest + nest->nla_len, type);
}

const struct nlattr *netlink_first(const struct nlattr *nest)
{
	return attribute_at((const char *)nest + NLA_HDRLEN, (const char *)nest + nest->nla_len);
}

const struct nlattr *netlink_next(const struct nlattr *nest, const struct nlattr *attribute)
{
	return attribute_at((const char *)attribute + NLA_ALIGN(attribute->nla_len), (const char *)nest + nest->nla_len);
}

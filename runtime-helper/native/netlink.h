/* Messages of netlink(7): built in a buffer, sent together, answered one by one. */
#ifndef SKIFF_NETLINK_H
#define SKIFF_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_batch {
	size_t length;
	unsigned messages;
	struct nlmsghdr *current;
	_Alignas(4) char bytes[12288];
};

/* Begins a message with its fixed part. Attributes added go to the latest message. */
void netlink_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags, const void *fixed, size_t length);
void netlink_attribute(struct netlink_batch *batch, uint16_t type, const void *data, size_t length);
void netlink_text(struct netlink_batch *batch, uint16_t type, const char *text);
void netlink_u32(struct netlink_batch *batch, uint16_t type, uint32_t value);
/* An attribute that holds others: what is added until netlink_close. */
size_t netlink_open(struct netlink_batch *batch, uint16_t type);
void netlink_close(struct netlink_batch *batch, size_t open);
/* Fixed data inside a nest. */
void netlink_raw(struct netlink_batch *batch, const void *data, size_t length);

/* Sends all, and waits for the answer of each message with NLM_F_ACK: 0, or -1 with the first error. */
int netlink_send(int protocol, struct netlink_batch *batch);
/* The same, and the socket stays open: it is the caller's, or -1. */
int netlink_send_keeping(int protocol, struct netlink_batch *batch, int *fd);
/* Sends one request with NLM_F_DUMP, and calls back for each message of the answer. 0, or -1. */
int netlink_dump(int protocol, struct netlink_batch *batch, void (*visit)(const struct nlmsghdr *header, void *context),
		 void *context);

/* Reading: an attribute of a message after its fixed part, of another attribute, and those in a nest one after the other. NULL: none. */
const struct nlattr *netlink_find(const struct nlmsghdr *header, size_t fixed_length, uint16_t type);
const struct nlattr *netlink_inner(const struct nlattr *nest, uint16_t type);
const struct nlattr *netlink_first(const struct nlattr *nest);
const struct nlattr *netlink_next(const struct nlattr *nest, const struct nlattr *attribute);

static inline const void *netlink_data(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static inline size_t netlink_length(const struct nlattr *attribute)
{
	return attribute->nla_len - (size_t)NLA_HDRLEN;
}

#endif

#include "firewall_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firewall_table.h"
#include "io.h"

/* A message's type as the filter loads it, which is big-endian. */
#define LOADED(message) ((uint32_t)htons((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message))))

/* By the first message of what comes together. What containers that come and go add and take away, elements, wakes nobody. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(NFT_MSG_DELTABLE), 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(NFT_MSG_DELCHAIN), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(NFT_MSG_DELRULE), 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(NFT_MSG_DELSET), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = { ARRAY_LENGTH(code), code };
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int firewall_watch(void)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1U << (NFNLGRP_NFTABLES - 1) };
	CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
	if (fd < 0 || attach_filter(fd) < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return take_fd(&fd);
}

/* The name of the table is the first attribute of all these messages. */
static bool is_about(const struct nlmsghdr *header, const char *table)
{
	_Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_CHAIN_TABLE && (int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE &&
			       (int)NFTA_TABLE_NAME == (int)NFTA_SET_TABLE,
		       "one attribute for all");
	if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
		return false;
	switch (header->nlmsg_type & 0xff) {
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
		break;
	default:
		return false;
	}
	const struct nlattr *name = netlink_find(header, sizeof(struct nfgenmsg), NFTA_TABLE_NAME);
	return name && strncmp(netlink_data(name), table, netlink_length(name)) == 0;
}

bool firewall_watch_read(int fd, const char *store_id)
{
	_Alignas(struct nlmsghdr) static char buffer[32768];
	const struct table_name table = firewall_table(store_id);
	bool gone = false;
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (length < 0 && errno == EAGAIN)
			return gone;
		/* ENOBUFS: too much has happened for us to be told of each. */
		if (length < 0 && errno != ENOBUFS && errno != EINTR)
			return gone;
		if (length < 0) {
			gone |= errno == ENOBUFS;
			continue;
		}
		int left = (int)length;
		for (const struct nlmsghdr *header = (const struct nlmsghdr *)buffer; NLMSG_OK(header, (unsigned)left) && !gone;
		     header = NLMSG_NEXT(header, left))
			gone = is_about(header, table.text);
	}
}

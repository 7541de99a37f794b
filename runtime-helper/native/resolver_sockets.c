#include "resolver_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"
#include "network.h"
#include "nft.h"

#define TABLE "skiff-names"
#define PORT 53
#define BACKLOG 64
/* 127.0.0.11, as in Docker's resolv.conf. */
#define ADDRESS 0x7f00000b
/* Where the addresses are in an IPv4 header, and the ports in one of UDP or TCP. */
enum { SOURCE = 12, DESTINATION = 16, SOURCE_PORT = 0, DESTINATION_PORT = 2 };

static int listen_at(int type, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(ADDRESS) } };
	CLEANUP_CLOSE int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || (type == SOCK_STREAM && listen(fd, BACKLOG) < 0))
		return -1;
	return take_fd(&fd);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t length = sizeof(address);
	return getsockname(fd, (struct sockaddr *)&address, &length) < 0 ? 0 : address.sin_port;
}

/* Ports are in the network's order. */
struct rewrite {
	const char *chain;
	uint8_t protocol;
	uint32_t address_at, port_at;
	uint16_t from, to;
};

static void add_rule(struct nft *nft, const struct rewrite *rewrite)
{
	const uint32_t address = htonl(ADDRESS);
	nft_open_rule(nft, rewrite->chain);
	nft_meta(nft, NFT_META_L4PROTO, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &rewrite->protocol, sizeof(rewrite->protocol));
	nft_payload(nft, NFT_PAYLOAD_NETWORK_HEADER, rewrite->address_at, sizeof(address), NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &address, sizeof(address));
	nft_payload(nft, NFT_PAYLOAD_TRANSPORT_HEADER, rewrite->port_at, sizeof(rewrite->from), NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &rewrite->from, sizeof(rewrite->from));
	nft_immediate(nft, NFT_REG_1, &rewrite->to, sizeof(rewrite->to));
	nft_write_port(nft, rewrite->protocol, rewrite->port_at, NFT_REG_1);
	nft_close_rule(nft);
}

/* Questions on their way out, before a firewall of the container's looks at them; answers after it has: it sees one conversation. */
static int lead(uint16_t udp_port, uint16_t tcp_port)
{
	const uint16_t port = htons(PORT);
	const struct rewrite rewrites[] = {
		{ "questions", IPPROTO_UDP, DESTINATION, DESTINATION_PORT, port, udp_port },
		{ "questions", IPPROTO_TCP, DESTINATION, DESTINATION_PORT, port, tcp_port },
		{ "answers", IPPROTO_UDP, SOURCE, SOURCE_PORT, udp_port, port },
		{ "answers", IPPROTO_TCP, SOURCE, SOURCE_PORT, tcp_port, port },
	};
	struct nft nft;
	nft_begin(&nft, NFPROTO_IPV4, TABLE);
	nft_add_table(&nft, false);
	nft_add_hook(&nft, "questions", "filter", NF_INET_LOCAL_OUT, -300);
	nft_add_hook(&nft, "answers", "filter", NF_INET_LOCAL_IN, 300);
	for (size_t i = 0; i < ARRAY_LENGTH(rewrites); i++)
		add_rule(&nft, &rewrites[i]);
	return nft_commit(&nft);
}

static int open_here(int *udp_fd, int *tcp_fd)
{
	/* Init may not be so far; without it the address is nobody's. */
	if (network_loopback() < 0)
		return -1;
	CLEANUP_CLOSE int udp = listen_at(SOCK_DGRAM, 0);
	CLEANUP_CLOSE int tcp = listen_at(SOCK_STREAM, 0);
	if (udp < 0 || tcp < 0)
		return -1;
	if (lead(port_of(udp), port_of(tcp)) < 0) {
		/* Without nftables: programs that want port 53 on all addresses are refused it. */
		close(udp);
		close(tcp);
		udp = listen_at(SOCK_DGRAM, PORT);
		tcp = listen_at(SOCK_STREAM, PORT);
	}
	if (udp < 0 || tcp < 0)
		return -1;
	*udp_fd = take_fd(&udp);
	*tcp_fd = take_fd(&tcp);
	return 0;
}

int resolver_sockets(int init_fd, int *udp_fd, int *tcp_fd)
{
	CLEANUP_CLOSE int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(init_fd, CLONE_NEWNET) < 0)
		return -1;
	int result = open_here(udp_fd, tcp_fd), saved = errno;
	/* A monitor that stays in there would reach no bridge. */
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(125);
	errno = saved;
	return result;
}

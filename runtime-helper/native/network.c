#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "masquerade.h"
#include "netlink.h"

#define INTERFACE "eth0"

struct address {
	struct in_addr ip;
	unsigned prefix;
};

static int parse_address(const char *text, struct address *address)
{
	char ip[INET_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : 0;
	if (length == 0 || length >= sizeof(ip)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(ip, text, length);
	ip[length] = '\0';
	char *end;
	unsigned long prefix = strtoul(slash + 1, &end, 10);
	if (inet_pton(AF_INET, ip, &address->ip) != 1 || slash[1] == '\0' || *end != '\0' || prefix > 32) {
		errno = EINVAL;
		return -1;
	}
	address->prefix = (unsigned)prefix;
	return 0;
}

static int parse_mac(const char *text, uint8_t mac[6])
{
	char rest;
	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &rest) == 6)
		return 0;
	errno = EINVAL;
	return -1;
}

/* Only what we name ourselves: no interface of the host's can be meant. */
static bool is_own_interface(const char *name)
{
	size_t length = strlen(name);
	return length > 2 && length < IFNAMSIZ && name[0] == 's' && (name[1] == 'k' || name[1] == 'v') &&
	       strspn(name + 2, "0123456789abcdef") == length - 2;
}

/* The kernel takes a pair away some time after its namespace has gone: a container that starts again at once may still see its last one. */
static void unplug(const char *veth)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { 0 };
	netlink_begin(&batch, RTM_DELLINK, NLM_F_ACK, &link, sizeof(link));
	netlink_text(&batch, IFLA_IFNAME, veth);
	/* Gone by itself meanwhile, or the next try says why not. */
	if (netlink_send(NETLINK_ROUTE, &batch) < 0)
		return;
}

static int plug(const struct network_spec *network, unsigned bridge, const uint8_t mac[6], pid_t pid);

int network_plug(const struct network_spec *network, pid_t pid, struct failure *failure)
{
	uint8_t mac[6];
	if (!is_own_interface(network->bridge) || !is_own_interface(network->veth))
		return fail_with(failure, STAGE_NETWORK, EINVAL, network->veth);
	if (parse_mac(network->mac, mac) < 0)
		return fail(failure, STAGE_NETWORK, network->mac);
	unsigned bridge = if_nametoindex(network->bridge);
	if (bridge == 0)
		return fail(failure, STAGE_NETWORK, network->bridge);
	int result = plug(network, bridge, mac, pid);
	if (result < 0 && errno == EEXIST) {
		unplug(network->veth);
		result = plug(network, bridge, mac, pid);
	}
	return result < 0 ? fail(failure, STAGE_NETWORK, network->veth) : 0;
}

static int plug(const struct network_spec *network, unsigned bridge, const uint8_t mac[6], pid_t pid)
{
	/* One message makes the pair, moves one end, plugs in the other, and brings that up. The container's end can't come up yet:
	 * the kernel configures it before it has a peer (veth_newlink), and veth_open says ENOTCONN. */
	struct netlink_batch batch = { 0 };
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, down = { 0 };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &up, sizeof(up));
	netlink_text(&batch, IFLA_IFNAME, network->veth);
	netlink_u32(&batch, IFLA_MTU, network->mtu);
	netlink_u32(&batch, IFLA_MASTER, bridge);
	size_t info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, "veth");
	size_t data = netlink_open(&batch, IFLA_INFO_DATA);
	size_t peer = netlink_open(&batch, VETH_INFO_PEER);
	netlink_raw(&batch, &down, sizeof(down));
	netlink_text(&batch, IFLA_IFNAME, INTERFACE);
	netlink_u32(&batch, IFLA_MTU, network->mtu);
	netlink_attribute(&batch, IFLA_ADDRESS, mac, 6);
	netlink_u32(&batch, IFLA_NET_NS_PID, (uint32_t)pid);
	netlink_close(&batch, peer);
	netlink_close(&batch, data);
	netlink_close(&batch, info);
	return netlink_send(NETLINK_ROUTE, &batch);
}

static void add_address(struct netlink_batch *batch, unsigned index, const struct address *address)
{
	struct ifaddrmsg message = { .ifa_family = AF_INET, .ifa_prefixlen = (uint8_t)address->prefix, .ifa_index = index };
	uint32_t broadcast = address->ip.s_addr | htonl(address->prefix < 32 ? UINT32_MAX >> address->prefix : 0);
	netlink_begin(batch, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &message, sizeof(message));
	netlink_attribute(batch, IFA_LOCAL, &address->ip, sizeof(address->ip));
	netlink_attribute(batch, IFA_ADDRESS, &address->ip, sizeof(address->ip));
	netlink_u32(batch, IFA_BROADCAST, broadcast);
}

int network_configure(const struct network_spec *network, struct failure *failure)
{
	struct netlink_batch batch = { 0 };
	/* Loopback is always number 1 of a new namespace. */
	struct ifinfomsg loopback = { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_ACK, &loopback, sizeof(loopback));
	if (network->bridge) {
		struct address address;
		struct in_addr gateway;
		if (parse_address(network->address, &address) < 0 || inet_pton(AF_INET, network->gateway, &gateway) != 1)
			return fail_with(failure, STAGE_NETWORK, EINVAL, network->address);
		unsigned index = if_nametoindex(INTERFACE);
		if (index == 0)
			return fail(failure, STAGE_NETWORK, INTERFACE);
		struct ifinfomsg up = { .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
		netlink_begin(&batch, RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up));
		add_address(&batch, index, &address);
		struct rtmsg route = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
				       .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST };
		netlink_begin(&batch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, &route, sizeof(route));
		netlink_attribute(&batch, RTA_GATEWAY, &gateway, sizeof(gateway));
		netlink_u32(&batch, RTA_OIF, index);
	}
	return netlink_send(NETLINK_ROUTE, &batch) < 0 ? fail(failure, STAGE_NETWORK, "address") : 0;
}

static int make_bridge(const char *name, unsigned mtu)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &up, sizeof(up));
	netlink_text(&batch, IFLA_IFNAME, name);
	netlink_u32(&batch, IFLA_MTU, mtu);
	size_t info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, "bridge");
	netlink_close(&batch, info);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != EEXIST ? -1 : 0;
}

static int set_bridge_up(unsigned index, const struct address *gateway)
{
	struct netlink_batch link = { 0 }, address = { 0 };
	struct ifinfomsg up = { .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	netlink_begin(&link, RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up));
	add_address(&address, index, gateway);
	if (netlink_send(NETLINK_ROUTE, &link) < 0)
		return -1;
	return netlink_send(NETLINK_ROUTE, &address) < 0 && errno != EEXIST ? -1 : 0;
}

/* Without forwarding containers reach each other and this host, but nothing beyond. */
static const char *enable_forwarding(void)
{
	char now = '0';
	CLEANUP_CLOSE int fd = open("/proc/sys/net/ipv4/ip_forward", O_RDWR | O_CLOEXEC);
	if (fd >= 0 && read(fd, &now, 1) == 1 && now == '1')
		return NULL;
	if (fd < 0 || pwrite(fd, "1", 1, 0) < 0)
		return "net.ipv4.ip_forward can't be set: containers reach no other network";
	return NULL;
}

static int bring_up(const struct store *store, const struct request *request, const char **warnings, size_t *count,
		    struct failure *failure)
{
	if (request->count != 5 || !is_own_interface(request->strings[1]))
		return fail_with(failure, STAGE_REQUEST, EINVAL, "network-up");
	const char *name = request->strings[1];
	struct address gateway;
	unsigned long mtu = strtoul(request->strings[3], NULL, 10);
	if (parse_address(request->strings[2], &gateway) < 0 || mtu < 576 || mtu > 65535)
		return fail_with(failure, STAGE_NETWORK, EINVAL, request->strings[2]);
	if (make_bridge(name, (unsigned)mtu) < 0 || set_bridge_up(if_nametoindex(name), &gateway) < 0)
		return fail(failure, STAGE_NETWORK, name);
	const char *warning = enable_forwarding();
	if (warning)
		warnings[(*count)++] = warning;
	if (strcmp(request->strings[4], "1") == 0 && masquerade_up(store->id, name, gateway.ip, gateway.prefix) < 0)
		warnings[(*count)++] = "nftables refused the rules for outbound traffic: containers reach no other network";
	return 0;
}

int network_up(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	const char *warnings[2];
	size_t count = 0;
	if (bring_up(store, request, warnings, &count, &failure) < 0) {
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	reply_ok(reply_fd, request->id, count, warnings);
	return 0;
}

int network_down(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	if (request->count != 2 || !is_own_interface(request->strings[1])) {
		fail_with(&failure, STAGE_REQUEST, EINVAL, "network-down");
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { 0 };
	netlink_begin(&batch, RTM_DELLINK, NLM_F_ACK, &link, sizeof(link));
	netlink_text(&batch, IFLA_IFNAME, request->strings[1]);
	if (netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != ENODEV) {
		fail(&failure, STAGE_NETWORK, request->strings[1]);
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	masquerade_down(store->id);
	reply_ok(reply_fd, request->id, 0, NULL);
	return 0;
}

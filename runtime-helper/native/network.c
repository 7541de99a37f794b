#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address.h"
#include "bridge.h"
#include "io.h"
#include "join.h"
#include "netlink.h"
#include "veth.h"

static int parse_mac(const char *text, uint8_t mac[6])
{
	char rest;
	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &rest) == 6)
		return 0;
	errno = EINVAL;
	return -1;
}

static int delete_link(const char *name)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { 0 };
	netlink_begin(&batch, RTM_DELLINK, NLM_F_ACK, &link, sizeof(link));
	netlink_text(&batch, IFLA_IFNAME, name);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != ENODEV ? -1 : 0;
}

static int make_pair(const struct network_spec *network, const char *veth, unsigned bridge, const uint8_t mac[6], pid_t pid)
{
	/* One message makes the pair, moves one end, plugs in the other, and brings that up. The container's end can't come up yet:
	 * the kernel configures it before it has a peer (veth_newlink), and veth_open says ENOTCONN. */
	struct netlink_batch batch = { 0 };
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, down = { 0 };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &up, sizeof(up));
	netlink_text(&batch, IFLA_IFNAME, veth);
	netlink_u32(&batch, IFLA_MTU, network->mtu);
	netlink_u32(&batch, IFLA_MASTER, bridge);
	size_t info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, "veth");
	size_t data = netlink_open(&batch, IFLA_INFO_DATA);
	size_t peer = netlink_open(&batch, VETH_INFO_PEER);
	netlink_raw(&batch, &down, sizeof(down));
	netlink_text(&batch, IFLA_IFNAME, network->interface);
	netlink_u32(&batch, IFLA_MTU, network->mtu);
	netlink_attribute(&batch, IFLA_ADDRESS, mac, 6);
	netlink_u32(&batch, IFLA_NET_NS_PID, (uint32_t)pid);
	netlink_close(&batch, peer);
	netlink_close(&batch, data);
	netlink_close(&batch, info);
	return netlink_send(NETLINK_ROUTE, &batch);
}

/* `veth`: as the host's end is called now. `begins`: a container that begins to live has no other interface yet; the links of its names are
 * its last lives'. Of one that runs each may be in use, and the interface's name within it may be taken by who was quicker: EEXIST. */
static int plug_one(const struct store *store, const char *id, const struct network_spec *network, pid_t pid, bool begins,
		    char veth[IFNAMSIZ], struct failure *failure)
{
	uint8_t mac[6];
	if (!bridge_is_own(store, network->bridge) || !veth_is_of(network->veth, id) || strlen(network->interface) >= IFNAMSIZ)
		return fail_with(failure, STAGE_NETWORK, EINVAL, network->veth);
	if (parse_mac(network->mac, mac) < 0)
		return fail(failure, STAGE_NETWORK, network->mac);
	unsigned bridge = if_nametoindex(network->bridge);
	if (bridge == 0)
		return fail(failure, STAGE_NETWORK, network->bridge);
	strcpy(veth, network->veth);
	int result = make_pair(network, veth, bridge, mac, pid);
	if (result < 0 && errno == EEXIST) {
		veth_other(veth, network->veth);
		result = make_pair(network, veth, bridge, mac, pid);
	}
	/* The life before the last one's is there, too. */
	if (begins && result < 0 && errno == EEXIST && delete_link(veth) == 0)
		result = make_pair(network, veth, bridge, mac, pid);
	return result < 0 ? fail(failure, STAGE_NETWORK, veth) : 0;
}

/* Where br_netfilter translates addresses before the bridge looks at them, a container that connects to a port of its own on the host
 * sends a frame to itself: only a port in this mode lets it out where it came in. */
static int let_back_in(const char *veth, struct failure *failure)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { .ifi_family = AF_BRIDGE, .ifi_index = (int)if_nametoindex(veth) };
	const uint8_t on = 1;
	netlink_begin(&batch, RTM_SETLINK, NLM_F_ACK, &link, sizeof(link));
	size_t port = netlink_open(&batch, IFLA_PROTINFO | NLA_F_NESTED);
	netlink_attribute(&batch, IFLA_BRPORT_MODE, &on, sizeof(on));
	netlink_close(&batch, port);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 ? fail(failure, STAGE_NETWORK, veth) : 0;
}

int network_plug(const struct store *store, const struct spec *spec, pid_t pid, struct failure *failure)
{
	char veth[IFNAMSIZ];
	for (size_t i = 0; i < spec->networks.count; i++)
		if (plug_one(store, spec->id, &spec->networks.items[i], pid, true, veth, failure) < 0 ||
		    (spec->ports.count > 0 && let_back_in(veth, failure) < 0))
			return -1;
	return 0;
}

static void set_link_up(struct netlink_batch *batch, unsigned index)
{
	struct ifinfomsg up = { .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	netlink_begin(batch, RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up));
}

/* An empty text is no address. */
static int parse_optional(const char *text, bool with_prefix, struct address *address, struct failure *failure)
{
	*address = (struct address){ 0 };
	if (*text && address_parse(text, with_prefix, address) < 0)
		return fail(failure, STAGE_NETWORK, text);
	return 0;
}

static int configure_one(const struct network_spec *network, struct failure *failure)
{
	struct address own[2], gateways[2];
	if (parse_optional(network->address, true, &own[0], failure) < 0 ||
	    parse_optional(network->address6, true, &own[1], failure) < 0 ||
	    parse_optional(network->gateway, false, &gateways[0], failure) < 0 ||
	    parse_optional(network->gateway6, false, &gateways[1], failure) < 0)
		return -1;
	unsigned index = if_nametoindex(network->interface);
	if (index == 0)
		return fail(failure, STAGE_NETWORK, network->interface);
	struct netlink_batch batch = { 0 };
	set_link_up(&batch, index);
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		if (own[i].family)
			address_add(&batch, index, &own[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(gateways); i++)
		if (gateways[i].family)
			address_add_default_route(&batch, index, &gateways[i]);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 ? fail(failure, STAGE_NETWORK, network->address) : 0;
}

int network_loopback(void)
{
	struct netlink_batch batch = { 0 };
	/* It is always number 1 of a new namespace. */
	set_link_up(&batch, 1);
	return netlink_send(NETLINK_ROUTE, &batch);
}

int network_configure(const struct spec *spec, struct failure *failure)
{
	if (network_loopback() < 0)
		return fail(failure, STAGE_NETWORK, "lo");
	for (size_t i = 0; i < spec->networks.count; i++)
		if (configure_one(&spec->networks.items[i], failure) < 0)
			return -1;
	return 0;
}

static int attach(const struct store *store, const char *id, const struct network_spec *network, struct failure *failure)
{
	pid_t pid;
	char veth[IFNAMSIZ];
	CLEANUP_CLOSE int init = join_open_init(store, id, &pid, failure);
	if (init < 0 || plug_one(store, id, network, pid, false, veth, failure) < 0)
		return -1;
	/* Ports may be led there. Inside we may stay: this process serves one request. */
	bool inside = false;
	if (let_back_in(veth, failure) == 0 && !(inside = setns(init, CLONE_NEWNET) == 0))
		fail(failure, STAGE_JOIN, id);
	if (inside && configure_one(network, failure) == 0)
		return 0;
	/* Either end takes the other along. What is called as the container's end here, on the host, is somebody else's. */
	delete_link(inside ? network->interface : veth);
	return -1;
}

int network_attach(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	struct network_spec network;
	int result = request->count == 2 + NETWORK_ARGUMENTS ? network_spec_parse(request->strings + 2, &network) : -1;
	if (result < 0)
		fail_with(&failure, STAGE_REQUEST, EINVAL, "network-attach");
	else
		result = attach(store, request->strings[1], &network, &failure);
	if (result < 0)
		reply_error(reply_fd, request->id, &failure);
	else
		reply_ok(reply_fd, request->id, 0, NULL);
	return -result;
}

/* What goes beyond the networks that are left goes through these. */
static int reroute(const struct store *store, const char *id, const char *gateway, const char *gateway6, struct failure *failure)
{
	struct address gateways[2];
	struct netlink_batch batch = { 0 };
	pid_t pid;
	CLEANUP_CLOSE int init = join_open_init(store, id, &pid, failure);
	if (init < 0 || parse_optional(gateway, false, &gateways[0], failure) < 0 ||
	    parse_optional(gateway6, false, &gateways[1], failure) < 0)
		return -1;
	if (setns(init, CLONE_NEWNET) < 0)
		return fail(failure, STAGE_JOIN, id);
	for (size_t i = 0; i < ARRAY_LENGTH(gateways); i++)
		if (gateways[i].family)
			address_add_default_route(&batch, 0, &gateways[i]);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 ? fail(failure, STAGE_NETWORK, gateway) : 0;
}

/* ID HOST-VETH GATEWAY GATEWAY6: where there is a gateway, the container's default route leads there from now on. */
int network_detach(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	const char *const *strings = request->strings;
	int result = 0;
	if (request->count != 5 || !is_container_id(strings[1]) || !veth_is_of(strings[2], strings[1]))
		result = fail_with(&failure, STAGE_REQUEST, EINVAL, "network-detach");
	else if (delete_link(strings[2]) < 0)
		result = fail(&failure, STAGE_NETWORK, strings[2]);
	else if (*strings[3] || *strings[4])
		result = reroute(store, strings[1], strings[3], strings[4], &failure);
	if (result < 0)
		reply_error(reply_fd, request->id, &failure);
	else
		reply_ok(reply_fd, request->id, 0, NULL);
	return -result;
}

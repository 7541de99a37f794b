#include "bridge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "firewall.h"
#include "io.h"
#include "netlink.h"

#define IPV6_SETTINGS "/proc/sys/net/ipv6/conf"

bool bridge_is_own(const struct store *store, const char *name)
{
	size_t length = strlen(name);
	return length >= 10 && length < IFNAMSIZ && strncmp(name, "sk", 2) == 0 && strncmp(name + 2, store->id, 8) == 0 &&
	       strspn(name + 2, "0123456789abcdef") == length - 2;
}

static int make(const char *name, unsigned mtu)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg down = { 0 };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &down, sizeof(down));
	netlink_text(&batch, IFLA_IFNAME, name);
	netlink_u32(&batch, IFLA_MTU, mtu);
	size_t info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, "bridge");
	netlink_close(&batch, info);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != EEXIST ? -1 : 0;
}

static int write_setting(const char *interface, const char *setting, const char *value)
{
	char path[128];
	snprintf(path, sizeof(path), IPV6_SETTINGS "/%s/%s", interface, setting);
	return write_existing(AT_FDCWD, path, value);
}

/* The host must not take a router's word from a container (CVE-2020-13401). No IPv6 at all is as good. */
static void distrust(const char *bridge)
{
	if (write_setting(bridge, "accept_ra", "0") < 0 && errno != ENOENT)
		fprintf(stderr, "%s: accept_ra can't be turned off: %s\n", bridge, strerror(errno));
}

static int set_up(const char *name, const struct address *gateways, size_t count)
{
	unsigned index = if_nametoindex(name);
	struct netlink_batch link = { 0 };
	struct ifinfomsg up = { .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	distrust(name);
	netlink_begin(&link, RTM_NEWLINK, NLM_F_ACK, &up, sizeof(up));
	if (netlink_send(NETLINK_ROUTE, &link) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct netlink_batch batch = { 0 };
		if (gateways[i].family == AF_INET6)
			write_setting(name, "disable_ipv6", "0");
		address_add(&batch, index, &gateways[i]);
		if (netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* Without forwarding containers reach each other and this host, but nothing beyond. */
static int turn_on(const char *path)
{
	char now = '0';
	CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && read(fd, &now, 1) == 1 && now == '1')
		return 0;
	return fd < 0 || pwrite(fd, "1", 1, 0) < 0 ? -1 : 0;
}

/* A router ignores what other routers announce, unless told not to: a host that has its own address from one would lose it. */
static void keep_announced_routes(void)
{
	DIR *directory = opendir(IPV6_SETTINGS);
	for (struct dirent *entry = directory ? readdir(directory) : NULL; entry; entry = readdir(directory)) {
		char path[320], now = '0';
		snprintf(path, sizeof(path), IPV6_SETTINGS "/%s/accept_ra", entry->d_name);
		CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && read(fd, &now, 1) == 1 && now == '1' && pwrite(fd, "2", 1, 0) < 0)
			fprintf(stderr, "%s can't be written: %s\n", path, strerror(errno));
	}
	if (directory)
		closedir(directory);
}

static int forward_ipv6(void)
{
	char now = '0';
	CLEANUP_CLOSE int fd = open(IPV6_SETTINGS "/all/forwarding", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, &now, 1) == 1 && now == '1')
		return 0;
	keep_announced_routes();
	return turn_on(IPV6_SETTINGS "/all/forwarding");
}

struct wanted {
	const char *name;
	struct address gateways[2];
	size_t count;
	unsigned mtu;
	bool internal, masquerade;
};

/* BRIDGE GATEWAY/PREFIX GATEWAY6/PREFIX MTU INTERNAL MASQUERADE; an empty gateway: not of that family. */
static int parse(const struct store *store, const struct request *request, struct wanted *wanted, struct failure *failure)
{
	const char *const *strings = request->strings;
	if (request->count != 7 || !bridge_is_own(store, strings[1]))
		return fail_with(failure, STAGE_REQUEST, EINVAL, "network-up");
	unsigned long mtu = strtoul(strings[4], NULL, 10);
	*wanted = (struct wanted){ .name = strings[1], .mtu = (unsigned)mtu, .internal = strcmp(strings[5], "1") == 0,
				   .masquerade = strcmp(strings[6], "1") == 0 };
	for (int i = 2; i < 4; i++)
		if (*strings[i] && address_parse(strings[i], true, &wanted->gateways[wanted->count++]) < 0)
			return fail_with(failure, STAGE_NETWORK, EINVAL, strings[i]);
	if (mtu < 68 || mtu > 65535)
		return fail_with(failure, STAGE_NETWORK, EINVAL, strings[4]);
	return 0;
}

static bool has_family(const struct wanted *wanted, int family)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (wanted->gateways[i].family == family)
			return true;
	return false;
}

static size_t reach_out(const struct store *store, const struct wanted *wanted, const char **warnings)
{
	size_t count = 0;
	if (!wanted->internal && has_family(wanted, AF_INET) && turn_on("/proc/sys/net/ipv4/ip_forward") < 0)
		warnings[count++] = "net.ipv4.ip_forward can't be set: containers reach no other network";
	if (!wanted->internal && has_family(wanted, AF_INET6) && forward_ipv6() < 0)
		warnings[count++] = "net.ipv6.conf.all.forwarding can't be set: containers reach no other network by IPv6";
	if (firewall_add_network(store->id, wanted->name, wanted->internal, wanted->masquerade) < 0)
		warnings[count++] = "nftables refused our table: networks are not kept apart, and containers reach no other network";
	return count;
}

int bridge_up(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	struct wanted wanted;
	int result = parse(store, request, &wanted, &failure);
	if (result == 0 && (make(wanted.name, wanted.mtu) < 0 || set_up(wanted.name, wanted.gateways, wanted.count) < 0))
		result = fail(&failure, STAGE_NETWORK, wanted.name);
	if (result < 0) {
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	const char *warnings[3];
	reply_ok(reply_fd, request->id, reach_out(store, &wanted, warnings), warnings);
	return 0;
}

static int delete_link(const char *name)
{
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { 0 };
	netlink_begin(&batch, RTM_DELLINK, NLM_F_ACK, &link, sizeof(link));
	netlink_text(&batch, IFLA_IFNAME, name);
	return netlink_send(NETLINK_ROUTE, &batch) < 0 && errno != ENODEV ? -1 : 0;
}

int bridge_down(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	const char *name = request->count == 2 ? request->strings[1] : "";
	int result = 0;
	if (!bridge_is_own(store, name))
		result = fail_with(&failure, STAGE_REQUEST, EINVAL, "network-down");
	else if (delete_link(name) < 0)
		result = fail(&failure, STAGE_NETWORK, name);
	if (result < 0) {
		reply_error(reply_fd, request->id, &failure);
		return 1;
	}
	firewall_remove_network(store->id, name);
	reply_ok(reply_fd, request->id, 0, NULL);
	return 0;
}

int bridge_forget_addresses(const struct store *store, const struct request *request, int reply_fd)
{
	for (size_t i = 1; i < request->count; i++)
		firewall_forget(store->id, request->strings[i]);
	reply_ok(reply_fd, request->id, 0, NULL);
	return 0;
}

int bridge_clear(const struct store *store, const struct request *request, int reply_fd)
{
	firewall_remove(store->id);
	reply_ok(reply_fd, request->id, 0, NULL);
	return 0;
}

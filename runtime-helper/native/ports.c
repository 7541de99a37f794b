#include "ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "bridge.h"
#include "firewall_others.h"
#include "io.h"
#include "spec_values.h"

/* How often another port of the kernel's choice is tried when it is free in one family and not in the other. */
#define CHOICES 16
#define BACKLOG 128

struct endpoint_text {
	char text[INET6_ADDRSTRLEN + 10];
};

static struct endpoint_text endpoint_text(const struct address *host, unsigned port)
{
	struct endpoint_text endpoint;
	char text[INET6_ADDRSTRLEN] = "";
	inet_ntop(host->family, host->bytes, text, sizeof(text));
	snprintf(endpoint.text, sizeof(endpoint.text), host->family == AF_INET ? "%s:%u" : "[%s]:%u", text, port);
	return endpoint;
}

static int bind_socket(const struct address *host, int protocol, uint16_t port)
{
	const int on = 1, type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
	struct sockaddr_storage address;
	socklen_t length = address_to_socket(host, port, &address);
	CLEANUP_CLOSE int fd = socket(host->family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (fd < 0 || (host->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0))
		return -1;
	/* Connections that a server has left behind (TIME_WAIT) are no reason to refuse; for UDP the option would share the port. */
	if (protocol == IPPROTO_TCP && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, length) < 0)
		return -1;
	/* With that option only who listens has the port to himself. */
	if (protocol != IPPROTO_UDP && listen(fd, BACKLOG) < 0)
		return -1;
	return take_fd(&fd);
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof(address);
	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return 0;
	/* The port has the same place in both families' addresses. */
	return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/* From an address of the host's to the container's, which is of the same family where it has one. */
struct way {
	struct address host, container;
};

/* Returns the port; 0 when it can't be had. */
static uint16_t hold_one(const struct publish_spec *port, const struct way *way, uint16_t host_port, struct held_ports *held)
{
	int fd = bind_socket(&way->host, port->protocol, host_port);
	if (fd < 0)
		return 0;
	struct held_port one = { .rule = { .family = way->host.family, .protocol = (uint8_t)port->protocol,
					   .port = htons(port->port) },
				 .target = way->container, .fd = fd };
	uint16_t bound = bound_port(fd);
	one.rule.host_port = htons(bound);
	memcpy(one.rule.host, way->host.bytes, sizeof(one.rule.host));
	memcpy(one.rule.address, way->container.bytes, sizeof(one.rule.address));
	return APPEND(held, one) < 0 ? 0 : bound;
}

static void let_go_after(struct held_ports *held, size_t count)
{
	while (held->count > count)
		close(held->items[--held->count].fd);
}

/* A host whose kernel has no IPv6 has no such addresses. */
static bool is_missing(const struct address *host, int error)
{
	return host->family == AF_INET6 && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL);
}

/* The same port in all families, or none of them. `taken` is the address that was not to be had. */
static int hold_all(const struct publish_spec *port, const struct way *ways, size_t count, uint16_t host_port,
		    struct held_ports *held, const struct address **taken)
{
	const size_t before = held->count;
	uint16_t wanted = host_port;
	for (size_t i = 0; i < count; i++) {
		uint16_t bound = hold_one(port, &ways[i], wanted, held);
		if (bound == 0 && i > 0 && is_missing(&ways[i].host, errno))
			continue;
		if (bound == 0) {
			int saved = errno;
			let_go_after(held, before);
			*taken = &ways[i].host;
			errno = saved;
			return -1;
		}
		wanted = bound;
	}
	return 0;
}

/* `preferred`: the family. */
static int container_address(const struct publish_spec *port, int preferred, struct address *address, struct failure *failure)
{
	const char *const same = preferred == AF_INET ? port->address : port->address6;
	const char *const text = *same ? same : preferred == AF_INET ? port->address6 : port->address;
	if (!*text)
		return fail_with(failure, STAGE_NETWORK, EAFNOSUPPORT, port->host_ip);
	return address_parse(text, false, address) < 0 ? fail(failure, STAGE_NETWORK, text) : 0;
}

/* From the one address that was asked for, or from all of the host's. */
static int find_ways(const struct publish_spec *port, struct way ways[2], size_t *count, struct failure *failure)
{
	static const struct address any[] = { { .family = AF_INET }, { .family = AF_INET6 } };
	struct address host = { 0 };
	if (*port->host_ip && address_parse(port->host_ip, false, &host) < 0)
		return fail(failure, STAGE_NETWORK, port->host_ip);
	*count = host.family ? 1 : ARRAY_LENGTH(any);
	for (size_t i = 0; i < *count; i++) {
		ways[i].host = host.family ? host : any[i];
		if (container_address(port, ways[i].host.family, &ways[i].container, failure) < 0)
			return -1;
	}
	return 0;
}

static int hold(const struct publish_spec *port, struct held_ports *held, struct failure *failure)
{
	struct way ways[2];
	size_t count = 0;
	const struct address *taken = NULL;
	if (find_ways(port, ways, &count, failure) < 0)
		return -1;
	unsigned last = port->first == 0 ? CHOICES : port->last;
	for (unsigned number = port->first; number <= last; number++) {
		if (hold_all(port, ways, count, port->first == 0 ? 0 : (uint16_t)number, held, &taken) == 0)
			return 0;
		if (errno != EADDRINUSE)
			break;
	}
	return fail(failure, STAGE_NETWORK, endpoint_text(taken, port->first).text);
}

/* Connections from the host's own 127.0.0.1 may go into the bridge, and their answers come out of it. What else calls itself, or
 * asks for, 127.0.0.0/8 there is dropped by the firewall. */
int ports_let_loopback_out(const char *bridge, struct failure *failure)
{
	char path[128];
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/route_localnet", bridge);
	return write_existing(AT_FDCWD, path, "1") < 0 ? fail(failure, STAGE_NETWORK, path) : 0;
}

static int let_loopback_out_of_all(const struct store *store, const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->networks.count; i++) {
		const char *bridge = spec->networks.items[i].bridge;
		/* A path is made of it. */
		if (!bridge_is_own(store, bridge))
			return fail_with(failure, STAGE_NETWORK, EINVAL, bridge);
		if (ports_let_loopback_out(bridge, failure) < 0)
			return -1;
	}
	return 0;
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? "tcp" : protocol == IPPROTO_UDP ? "udp" : "sctp";
}

static int write_ports(const struct store *store, int run_fd, const struct held_ports *held)
{
	const size_t line = sizeof("sctp 65535  65535\n") + INET6_ADDRSTRLEN, size = held->count * line + 1;
	CLEANUP_FREE char *text = calloc(1, size);
	size_t length = 0;
	if (!text)
		return -1;
	for (size_t i = 0; i < held->count; i++) {
		const struct port_rule *rule = &held->items[i].rule;
		char host[INET6_ADDRSTRLEN] = "";
		inet_ntop(rule->family, rule->host, host, sizeof(host));
		length += (size_t)snprintf(text + length, size - length, "%s %u %s %u\n", protocol_name(rule->protocol),
					   ntohs(rule->port), host, ntohs(rule->host_port));
	}
	return write_atomic(run_fd, "ports", text, 0600, store->owner_uid, store->owner_gid);
}

/* Past others' firewalls, which may drop what is forwarded to containers, though not what arrives at this host. */
static bool is_led(const struct held_port *port, const bool dropped[2])
{
	const int family = port->rule.family;
	return port->target.family == family && !dropped[family == AF_INET6];
}

static int lead_in(const struct store *store, struct held_ports *held,
		   int (*publish)(const char *store_id, const struct port_rule *rules, size_t count))
{
	struct nft_hooked who;
	const bool dropped[] = { firewall_others_drop(store->id, NFPROTO_IPV4, NFT_META_OIFNAME, &who),
				 firewall_others_drop(store->id, NFPROTO_IPV6, NFT_META_OIFNAME, &who) };
	CLEANUP_FREE struct port_rule *rules = calloc(held->count, sizeof(*rules));
	if (!rules)
		return -1;
	size_t count = 0;
	for (size_t i = 0; i < held->count; i++) {
		if (!is_led(&held->items[i], dropped))
			continue;
		held->items[i].has_rule = true;
		rules[count++] = held->items[i].rule;
	}
	return publish(store->id, rules, count);
}

/* Without one there is nowhere to lead to, until a network is joined. */
static bool has_address(const struct publish_spec *port)
{
	return *port->address || *port->address6;
}

int ports_publish(const struct store *store, const struct spec *spec, int run_fd, struct held_ports *held, struct failure *failure)
{
	if (spec->ports.count == 0 || held->count > 0 || !has_address(&spec->ports.items[0]))
		return 0;
	for (size_t i = 0; i < spec->ports.count; i++)
		if (hold(&spec->ports.items[i], held, failure) < 0)
			return -1;
	/* Without nftables all of it arrives at the sockets. */
	held->led = lead_in(store, held, firewall_publish) == 0;
	if (held->led && let_loopback_out_of_all(store, spec, failure) < 0)
		return -1;
	return write_ports(store, run_fd, held) < 0 ? fail(failure, STAGE_NETWORK, "ports") : 0;
}

/* One that is not there costs as much as all others: the kernel waits for readers before it gives up. */
static void unlead(const struct store *store, struct held_ports *held)
{
	CLEANUP_FREE struct port_rule *rules = calloc(held->count, sizeof(*rules));
	size_t count = 0;
	for (size_t i = 0; rules && i < held->count; i++) {
		if (held->items[i].has_rule)
			rules[count++] = held->items[i].rule;
		held->items[i].has_rule = false;
	}
	firewall_unpublish(store->id, rules, count);
}

int ports_lead_to(const struct store *store, const struct spec *spec, struct held_ports *held, struct failure *failure)
{
	unlead(store, held);
	for (size_t i = 0; i < held->count; i++) {
		struct held_port *port = &held->items[i];
		/* All lead to the same container. */
		if (container_address(&spec->ports.items[0], port->rule.family, &port->target, failure) < 0)
			return -1;
		memcpy(port->rule.address, port->target.bytes, sizeof(port->rule.address));
	}
	held->led = lead_in(store, held, firewall_publish) == 0;
	return 0;
}

void ports_lead_again(const struct store *store, struct held_ports *held)
{
	/* What can't be led arrives at the sockets. */
	if (held->led)
		lead_in(store, held, firewall_republish);
}

void ports_release(const struct store *store, struct held_ports *held)
{
	/* First the rules: who gets the port next gets its traffic. */
	unlead(store, held);
	let_go_after(held, 0);
}

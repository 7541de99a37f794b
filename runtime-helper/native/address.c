#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static int invalid(void)
{
	errno = EINVAL;
	return -1;
}

int address_parse(const char *text, bool with_prefix, struct address *address)
{
	char ip[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	*address = (struct address){ 0 };
	if (length >= sizeof(ip) || (text[length] == '/') != with_prefix)
		return invalid();
	memcpy(ip, text, length);
	ip[length] = '\0';
	address->family = strchr(ip, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(address->family, ip, address->bytes) != 1)
		return invalid();
	address->prefix = address->family == AF_INET ? 32 : 128;
	if (!with_prefix)
		return 0;
	char *end;
	unsigned long prefix = strtoul(text + length + 1, &end, 10);
	if (text[length + 1] == '\0' || *end != '\0' || prefix > address->prefix)
		return invalid();
	address->prefix = (unsigned)prefix;
	return 0;
}

uint16_t address_length(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *socket_address)
{
	memset(socket_address, 0, sizeof(*socket_address));
	if (address->family == AF_INET) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)socket_address;
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, address->bytes, 4);
		return sizeof(*v4);
	}
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)socket_address;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, address->bytes, 16);
	return sizeof(*v6);
}

void address_add(struct netlink_batch *batch, unsigned interface, const struct address *address)
{
	struct ifaddrmsg message = { .ifa_family = (uint8_t)address->family, .ifa_prefixlen = (uint8_t)address->prefix,
				     .ifa_index = interface };
	/* The address is ours by its lease: asking the link whether somebody has it would keep it unusable for a second. */
	if (address->family == AF_INET6)
		message.ifa_flags = IFA_F_NODAD;
	netlink_begin(batch, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &message, sizeof(message));
	netlink_attribute(batch, IFA_LOCAL, address->bytes, address_length(address));
	netlink_attribute(batch, IFA_ADDRESS, address->bytes, address_length(address));
	if (address->family == AF_INET) {
		uint32_t ip;
		memcpy(&ip, address->bytes, sizeof(ip));
		netlink_u32(batch, IFA_BROADCAST, ip | htonl(address->prefix < 32 ? UINT32_MAX >> address->prefix : 0));
	}
}

void address_add_default_route(struct netlink_batch *batch, unsigned interface, const struct address *gateway)
{
	struct rtmsg route = { .rtm_family = (uint8_t)gateway->family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
			       .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST };
	netlink_begin(batch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, &route, sizeof(route));
	netlink_attribute(batch, RTA_GATEWAY, gateway->bytes, address_length(gateway));
	if (interface != 0)
		netlink_u32(batch, RTA_OIF, interface);
}

#include "firewall_table.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>

#include "io.h"

#define PRIORITY_RAW (-300)
#define PRIORITY_DESTINATION_NAT (-100)
#define PRIORITY_FILTER 0
#define PRIORITY_SOURCE_NAT 100

const struct nft_set firewall_bridges = { "bridges", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
const struct nft_set firewall_internal_bridges = { "internal", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
const struct nft_set firewall_masqueraded = { "masqueraded", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
const struct nft_set firewall_same_bridge = { "same", NFT_CONCAT2(NFT_TYPE_IFNAME, NFT_TYPE_IFNAME), 2 * IFNAMSIZ, 0, 0 };
const struct nft_set firewall_ports4 = { "ports4", NFT_CONCAT3(NFT_TYPE_PROTOCOL, NFT_TYPE_IPV4, NFT_TYPE_SERVICE), sizeof(struct key4),
	NFT_CONCAT2(NFT_TYPE_IPV4, NFT_TYPE_SERVICE), sizeof(struct target4) };
const struct nft_set firewall_ports6 = { "ports6", NFT_CONCAT3(NFT_TYPE_PROTOCOL, NFT_TYPE_IPV6, NFT_TYPE_SERVICE), sizeof(struct key6),
	NFT_CONCAT2(NFT_TYPE_IPV6, NFT_TYPE_SERVICE), sizeof(struct target6) };
static const struct nft_set *const all_sets[] = { &firewall_bridges, &firewall_internal_bridges, &firewall_masqueraded,
					  &firewall_same_bridge, &firewall_ports4,      &firewall_ports6 };

struct table_name firewall_table(const char *store_id)
{
	struct table_name name;
	snprintf(name.text, sizeof(name.text), "skiff-%.8s", store_id);
	return name;
}

static void interfaces(struct nft *nft, uint32_t key, const struct nft_set *set, bool inverted)
{
	nft_meta(nft, key, NFT_REG_1);
	nft_lookup(nft, set, NFT_REG_1, inverted);
}

static void interface_pair(struct nft *nft)
{
	nft_meta(nft, NFT_META_IIFNAME, NFT_REG32_00);
	nft_meta(nft, NFT_META_OIFNAME, NFT_REG32_04);
	nft_lookup(nft, &firewall_same_bridge, NFT_REG32_00, false);
}

/* At least one of the bits. Both values are in the host's order. */
static void connection_bits(struct nft *nft, uint32_t key, uint32_t bits)
{
	const uint32_t none = 0;
	nft_connection(nft, key, NFT_REG_1);
	nft_mask(nft, NFT_REG_1, &bits, sizeof(bits));
	nft_compare(nft, NFT_CMP_NEQ, NFT_REG_1, &none, sizeof(none));
}

static void family(struct nft *nft, uint8_t protocol)
{
	nft_meta(nft, NFT_META_NFPROTO, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &protocol, sizeof(protocol));
}

/* What is forwarded between bridges and the world. Dropping is final; accepting only leaves our chain. */
static void add_forward(struct nft *nft)
{
	const char *chain = "forward";
	nft_add_hook(nft, chain, "filter", NF_INET_FORWARD, PRIORITY_FILTER);
	/* Within a network, where br_netfilter shows us bridged traffic, and to a port of its own published on the host. */
	nft_open_rule(nft, chain);
	interface_pair(nft);
	nft_verdict(nft, NF_ACCEPT, NULL);
	nft_close_rule(nft);
	const uint32_t directions[] = { NFT_META_IIFNAME, NFT_META_OIFNAME };
	for (size_t i = 0; i < ARRAY_LENGTH(directions); i++) {
		nft_open_rule(nft, chain);
		interfaces(nft, directions[i], &firewall_internal_bridges, false);
		nft_verdict(nft, NF_DROP, NULL);
		nft_close_rule(nft);
	}
	nft_open_rule(nft, chain);
	connection_bits(nft, NFT_CT_STATUS, IPS_DST_NAT);
	nft_verdict(nft, NF_ACCEPT, NULL);
	nft_close_rule(nft);
	nft_open_rule(nft, chain);
	connection_bits(nft, NFT_CT_STATE, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED));
	nft_verdict(nft, NF_ACCEPT, NULL);
	nft_close_rule(nft);
	/* Neither another network nor a neighbour of the host's reaches what is not published. */
	nft_open_rule(nft, chain);
	interfaces(nft, NFT_META_OIFNAME, &firewall_bridges, false);
	nft_verdict(nft, NF_DROP, NULL);
	nft_close_rule(nft);
}

/* `any`: the port is published on all of the host's addresses. */
static void add_port_rule4(struct nft *nft, const char *chain, bool any)
{
	const uint32_t none = 0;
	nft_open_rule(nft, chain);
	family(nft, NFPROTO_IPV4);
	nft_meta(nft, NFT_META_L4PROTO, NFT_REG32_00);
	if (any)
		nft_immediate(nft, NFT_REG32_01, &none, sizeof(none));
	else
		nft_payload(nft, NFT_PAYLOAD_NETWORK_HEADER, 16, 4, NFT_REG32_01);
	nft_payload(nft, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG32_02);
	nft_lookup_data(nft, &firewall_ports4, NFT_REG32_00, NFT_REG32_08);
	nft_destination_nat(nft, NFPROTO_IPV4, NFT_REG32_08, NFT_REG32_09);
	nft_close_rule(nft);
}

static void add_port_rule6(struct nft *nft, const char *chain, bool any)
{
	const uint8_t none[16] = { 0 };
	nft_open_rule(nft, chain);
	family(nft, NFPROTO_IPV6);
	nft_meta(nft, NFT_META_L4PROTO, NFT_REG32_00);
	if (any)
		nft_immediate(nft, NFT_REG32_01, none, sizeof(none));
	else
		nft_payload(nft, NFT_PAYLOAD_NETWORK_HEADER, 24, 16, NFT_REG32_01);
	nft_payload(nft, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG32_05);
	nft_lookup_data(nft, &firewall_ports6, NFT_REG32_00, NFT_REG32_08);
	nft_destination_nat(nft, NFPROTO_IPV6, NFT_REG32_08, NFT_REG32_12);
	nft_close_rule(nft);
}

/* 127.0.0.0/8 as the address at `offset` into the header: 12 the source's, 16 the destination's. */
static void loopback4(struct nft *nft, uint32_t offset)
{
	const uint8_t mask[4] = { 255 }, network[4] = { 127 };
	family(nft, NFPROTO_IPV4);
	nft_payload(nft, NFT_PAYLOAD_NETWORK_HEADER, offset, 4, NFT_REG_1);
	nft_mask(nft, NFT_REG_1, mask, sizeof(mask));
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, network, sizeof(network));
}

/* A neighbour of the host's that asks it for 127.0.0.1 must not be led to what is published there alone. */
static void leave_loopback4(struct nft *nft, const char *chain)
{
	nft_open_rule(nft, chain);
	loopback4(nft, 16);
	nft_verdict(nft, NFT_RETURN, NULL);
	nft_close_rule(nft);
}

/* ::1 has no route_localnet: answers would never arrive. */
static void leave_loopback6(struct nft *nft, const char *chain)
{
	const uint8_t one[16] = { [15] = 1 };
	nft_open_rule(nft, chain);
	family(nft, NFPROTO_IPV6);
	nft_payload(nft, NFT_PAYLOAD_NETWORK_HEADER, 24, 16, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, one, sizeof(one));
	nft_verdict(nft, NFT_RETURN, NULL);
	nft_close_rule(nft);
}

/* Bridges with published ports route loopback addresses (route_localnet): what containers send from or to such an address is not ours.
 * Before the translation of answers, which do go to 127.0.0.1. */
static void add_guard(struct nft *nft)
{
	const char *chain = "guard";
	nft_add_hook(nft, chain, "filter", NF_INET_PRE_ROUTING, PRIORITY_RAW);
	for (uint32_t offset = 12; offset <= 16; offset += 4) {
		nft_open_rule(nft, chain);
		interfaces(nft, NFT_META_IIFNAME, &firewall_bridges, false);
		loopback4(nft, offset);
		nft_verdict(nft, NF_DROP, NULL);
		nft_close_rule(nft);
	}
}

static void jump_when_local(struct nft *nft, const char *chain, const char *target)
{
	const uint32_t local = RTN_LOCAL;
	nft_open_rule(nft, chain);
	nft_destination_type(nft, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &local, sizeof(local));
	nft_verdict(nft, NFT_JUMP, target);
	nft_close_rule(nft);
}

static void add_published(struct nft *nft)
{
	const char *chain = "published";
	nft_add_chain(nft, chain);
	for (int any = 0; any < 2; any++) {
		add_port_rule4(nft, chain, any);
		add_port_rule6(nft, chain, any);
	}
	nft_add_hook(nft, "prerouting", "nat", NF_INET_PRE_ROUTING, PRIORITY_DESTINATION_NAT);
	leave_loopback4(nft, "prerouting");
	jump_when_local(nft, "prerouting", chain);
	nft_add_hook(nft, "output", "nat", NF_INET_LOCAL_OUT, PRIORITY_DESTINATION_NAT);
	leave_loopback6(nft, "output");
	jump_when_local(nft, "output", chain);
}

static void add_postrouting(struct nft *nft)
{
	const char *chain = "postrouting";
	const uint32_t nowhere = 0;
	nft_add_hook(nft, chain, "nat", NF_INET_POST_ROUTING, PRIORITY_SOURCE_NAT);
	nft_open_rule(nft, chain);
	interfaces(nft, NFT_META_IIFNAME, &firewall_masqueraded, false);
	interfaces(nft, NFT_META_OIFNAME, &firewall_bridges, true);
	nft_masquerade(nft);
	nft_close_rule(nft);
	/* From a container to a published port: answers must come back through the host, that undoes the translation. */
	nft_open_rule(nft, chain);
	interfaces(nft, NFT_META_IIFNAME, &firewall_bridges, false);
	interfaces(nft, NFT_META_OIFNAME, &firewall_bridges, false);
	connection_bits(nft, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(nft);
	nft_close_rule(nft);
	/* From nowhere, that is from this host, whose 127.0.0.1 a container can't answer; or from a container to itself where br_netfilter
	 * shows us bridged traffic, which has come in nowhere by then. */
	nft_open_rule(nft, chain);
	nft_meta(nft, NFT_META_IIF, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &nowhere, sizeof(nowhere));
	interfaces(nft, NFT_META_OIFNAME, &firewall_bridges, false);
	connection_bits(nft, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(nft);
	nft_close_rule(nft);
}

/* All of the table in one transaction: one that is there is whole. */
int firewall_ensure_table(const char *store_id)
{
	struct table_name table = firewall_table(store_id);
	struct nft nft;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_add_table(&nft, true);
	for (size_t i = 0; i < ARRAY_LENGTH(all_sets); i++)
		nft_add_set(&nft, all_sets[i]);
	add_guard(&nft);
	add_published(&nft);
	add_forward(&nft);
	add_postrouting(&nft);
	return nft_commit(&nft) < 0 && errno != EEXIST ? -1 : 0;
}

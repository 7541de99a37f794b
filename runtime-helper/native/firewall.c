#include "firewall.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "nft.h"

#define PRIORITY_RAW (-300)
#define PRIORITY_DESTINATION_NAT (-100)
#define PRIORITY_FILTER 0
#define PRIORITY_SOURCE_NAT 100

/* A concatenation has a register of four bytes for each part that is not longer. */
struct key4 {
	uint32_t protocol, host, port;
};
struct key6 {
	uint32_t protocol;
	uint8_t host[16];
	uint32_t port;
};
struct target4 {
	uint32_t address, port;
};
struct target6 {
	uint8_t address[16];
	uint32_t port;
};

static const struct nft_set bridges = { "bridges", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
static const struct nft_set internal_bridges = { "internal", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
static const struct nft_set masqueraded = { "masqueraded", NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0 };
static const struct nft_set same_bridge = { "same", NFT_CONCAT2(NFT_TYPE_IFNAME, NFT_TYPE_IFNAME), 2 * IFNAMSIZ, 0, 0 };
static const struct nft_set ports4 = { "ports4", NFT_CONCAT3(NFT_TYPE_PROTOCOL, NFT_TYPE_IPV4, NFT_TYPE_SERVICE), sizeof(struct key4),
				       NFT_CONCAT2(NFT_TYPE_IPV4, NFT_TYPE_SERVICE), sizeof(struct target4) };
static const struct nft_set ports6 = { "ports6", NFT_CONCAT3(NFT_TYPE_PROTOCOL, NFT_TYPE_IPV6, NFT_TYPE_SERVICE), sizeof(struct key6),
				       NFT_CONCAT2(NFT_TYPE_IPV6, NFT_TYPE_SERVICE), sizeof(struct target6) };
static const struct nft_set *const all_sets[] = { &bridges, &internal_bridges, &masqueraded, &same_bridge, &ports4, &ports6 };

struct table_name {
	char text[16];
};

static struct table_name table_of(const char *store_id)
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
	nft_lookup(nft, &same_bridge, NFT_REG32_00, false);
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
		interfaces(nft, directions[i], &internal_bridges, false);
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
	interfaces(nft, NFT_META_OIFNAME, &bridges, false);
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
	nft_lookup_data(nft, &ports4, NFT_REG32_00, NFT_REG32_08);
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
	nft_lookup_data(nft, &ports6, NFT_REG32_00, NFT_REG32_08);
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
		interfaces(nft, NFT_META_IIFNAME, &bridges, false);
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
	interfaces(nft, NFT_META_IIFNAME, &masqueraded, false);
	interfaces(nft, NFT_META_OIFNAME, &bridges, true);
	nft_masquerade(nft);
	nft_close_rule(nft);
	/* From a container to a published port: answers must come back through the host, that undoes the translation. */
	nft_open_rule(nft, chain);
	interfaces(nft, NFT_META_IIFNAME, &bridges, false);
	interfaces(nft, NFT_META_OIFNAME, &bridges, false);
	connection_bits(nft, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(nft);
	nft_close_rule(nft);
	/* From nowhere, that is from this host, whose 127.0.0.1 a container can't answer; or from a container to itself where br_netfilter
	 * shows us bridged traffic, which has come in nowhere by then. */
	nft_open_rule(nft, chain);
	nft_meta(nft, NFT_META_IIF, NFT_REG_1);
	nft_compare(nft, NFT_CMP_EQ, NFT_REG_1, &nowhere, sizeof(nowhere));
	interfaces(nft, NFT_META_OIFNAME, &bridges, false);
	connection_bits(nft, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(nft);
	nft_close_rule(nft);
}

/* All of the table in one transaction: one that is there is whole. */
static int ensure_table(const char *store_id)
{
	struct table_name table = table_of(store_id);
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

struct pair {
	char in[IFNAMSIZ], out[IFNAMSIZ];
};

static struct pair pair_of(const char *bridge)
{
	struct pair pair = { 0 };
	snprintf(pair.in, sizeof(pair.in), "%s", bridge);
	snprintf(pair.out, sizeof(pair.out), "%s", bridge);
	return pair;
}

int firewall_add_network(const char *store_id, const char *bridge, bool internal, bool masquerade)
{
	struct table_name table = table_of(store_id);
	struct pair pair = pair_of(bridge);
	struct nft nft;
	if (ensure_table(store_id) < 0)
		return -1;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_add_element(&nft, &bridges, pair.in, NULL);
	nft_add_element(&nft, &same_bridge, &pair, NULL);
	if (internal)
		nft_add_element(&nft, &internal_bridges, pair.in, NULL);
	else if (masquerade)
		nft_add_element(&nft, &masqueraded, pair.in, NULL);
	return nft_commit(&nft);
}

static void delete_one(const char *store_id, const struct nft_set *set, const void *key)
{
	struct table_name table = table_of(store_id);
	struct nft nft;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_delete_element(&nft, set, key);
	/* ENOENT: it was not there, or no table was. */
	nft_commit(&nft);
}

void firewall_remove_network(const char *store_id, const char *bridge)
{
	struct pair pair = pair_of(bridge);
	const struct nft_set *const named[] = { &bridges, &internal_bridges, &masqueraded };
	for (size_t i = 0; i < ARRAY_LENGTH(named); i++)
		delete_one(store_id, named[i], pair.in);
	delete_one(store_id, &same_bridge, &pair);
}

union key {
	struct key4 v4;
	struct key6 v6;
};
union target {
	struct target4 v4;
	struct target6 v6;
};

static uint32_t port_slot(uint16_t port)
{
	uint32_t slot = 0;
	memcpy(&slot, &port, sizeof(port));
	return slot;
}

/* Returns the map that the rule belongs into. */
static const struct nft_set *describe(const struct port_rule *rule, union key *key, union target *target)
{
	const uint32_t protocol = port_slot((uint16_t)htole16(rule->protocol));
	memset(key, 0, sizeof(*key));
	memset(target, 0, sizeof(*target));
	if (rule->family == AF_INET) {
		key->v4 = (struct key4){ .protocol = protocol, .port = port_slot(rule->host_port) };
		memcpy(&key->v4.host, rule->host, 4);
		target->v4.port = port_slot(rule->port);
		memcpy(&target->v4.address, rule->address, 4);
		return &ports4;
	}
	key->v6 = (struct key6){ .protocol = protocol, .port = port_slot(rule->host_port) };
	memcpy(key->v6.host, rule->host, 16);
	target->v6.port = port_slot(rule->port);
	memcpy(target->v6.address, rule->address, 16);
	return &ports6;
}

int firewall_publish(const char *store_id, const struct port_rule *rules, size_t count)
{
	struct table_name table = table_of(store_id);
	/* We hold the host's ports: what the maps say of them is from someone who was killed. */
	firewall_unpublish(store_id, rules, count);
	for (size_t done = 0; done < count;) {
		struct nft nft;
		nft_begin(&nft, NFPROTO_INET, table.text);
		/* As many as a batch surely holds. */
		for (size_t end = done + 32; done < count && done < end; done++) {
			union key key;
			union target target;
			const struct nft_set *map = describe(&rules[done], &key, &target);
			nft_add_element(&nft, map, &key, &target);
		}
		if (nft_commit(&nft) < 0)
			return -1;
	}
	return 0;
}

void firewall_unpublish(const char *store_id, const struct port_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		union key key;
		union target target;
		const struct nft_set *map = describe(&rules[i], &key, &target);
		delete_one(store_id, map, &key);
	}
}

struct forget {
	const char *store_id;
	const struct nft_set *map;
	uint8_t address[16];
	size_t length;
};

static void forget_when_meant(const void *key, const void *data, void *context)
{
	const struct forget *forget = context;
	/* Both kinds of target begin with the address. */
	if (memcmp(data, forget->address, forget->length) == 0)
		delete_one(forget->store_id, forget->map, key);
}

void firewall_forget(const char *store_id, const char *address)
{
	struct table_name table = table_of(store_id);
	struct forget forget = { .store_id = store_id, .map = &ports4, .length = 4 };
	if (inet_pton(AF_INET, address, forget.address) != 1) {
		forget.map = &ports6;
		forget.length = 16;
		if (inet_pton(AF_INET6, address, forget.address) != 1)
			return;
	}
	nft_each_element(NFPROTO_INET, table.text, forget.map, forget_when_meant, &forget);
}

void firewall_remove(const char *store_id)
{
	struct table_name table = table_of(store_id);
	struct nft nft;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_delete_table(&nft);
	/* ENOENT: there never was one. */
	nft_commit(&nft);
}

#include "masquerade.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "netlink.h"

#define PRIORITY_SOURCE_NAT 100
#define SOURCE_ADDRESS_OFFSET 12
#define CHAIN "postrouting"

static uint16_t nft_type(int message)
{
	return (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message);
}

static void begin(struct netlink_batch *batch, int message, uint16_t flags)
{
	struct nfgenmsg fixed = { .nfgen_family = NFPROTO_IPV4, .version = NFNETLINK_V0 };
	netlink_begin(batch, nft_type(message), (uint16_t)(flags | NLM_F_ACK), &fixed, sizeof(fixed));
}

static void batch_mark(struct netlink_batch *batch, uint16_t type)
{
	struct nfgenmsg fixed = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	netlink_begin(batch, type, 0, &fixed, sizeof(fixed));
}

static void network_u32(struct netlink_batch *batch, uint16_t type, uint32_t value)
{
	netlink_u32(batch, type, htonl(value));
}

struct expression {
	size_t element, data;
};

static struct expression open_expression(struct netlink_batch *batch, const char *name)
{
	struct expression expression;
	expression.element = netlink_open(batch, NFTA_LIST_ELEM);
	netlink_text(batch, NFTA_EXPR_NAME, name);
	expression.data = netlink_open(batch, NFTA_EXPR_DATA);
	return expression;
}

static void close_expression(struct netlink_batch *batch, struct expression expression)
{
	netlink_close(batch, expression.data);
	netlink_close(batch, expression.element);
}

static void data_value(struct netlink_batch *batch, uint16_t type, const void *value, size_t length)
{
	size_t open = netlink_open(batch, type);
	netlink_attribute(batch, NFTA_DATA_VALUE, value, length);
	netlink_close(batch, open);
}

static void add_compare(struct netlink_batch *batch, uint32_t operation, const void *value, size_t length)
{
	struct expression compare = open_expression(batch, "cmp");
	network_u32(batch, NFTA_CMP_SREG, NFT_REG_1);
	network_u32(batch, NFTA_CMP_OP, operation);
	data_value(batch, NFTA_CMP_DATA, value, length);
	close_expression(batch, compare);
}

/* `ip saddr & mask == subnet` */
static void match_source(struct netlink_batch *batch, struct in_addr subnet, unsigned prefix)
{
	uint32_t mask = prefix == 0 ? 0 : htonl(UINT32_MAX << (32 - prefix)), none = 0;
	uint32_t network = subnet.s_addr & mask;
	struct expression payload = open_expression(batch, "payload");
	network_u32(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
	network_u32(batch, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	network_u32(batch, NFTA_PAYLOAD_OFFSET, SOURCE_ADDRESS_OFFSET);
	network_u32(batch, NFTA_PAYLOAD_LEN, sizeof(network));
	close_expression(batch, payload);
	struct expression bitwise = open_expression(batch, "bitwise");
	network_u32(batch, NFTA_BITWISE_SREG, NFT_REG_1);
	network_u32(batch, NFTA_BITWISE_DREG, NFT_REG_1);
	network_u32(batch, NFTA_BITWISE_LEN, sizeof(mask));
	data_value(batch, NFTA_BITWISE_MASK, &mask, sizeof(mask));
	data_value(batch, NFTA_BITWISE_XOR, &none, sizeof(none));
	close_expression(batch, bitwise);
	add_compare(batch, NFT_CMP_EQ, &network, sizeof(network));
}

/* `oifname != bridge` */
static void match_other_interface(struct netlink_batch *batch, const char *bridge)
{
	char name[IFNAMSIZ] = { 0 };
	snprintf(name, sizeof(name), "%s", bridge);
	struct expression meta = open_expression(batch, "meta");
	network_u32(batch, NFTA_META_KEY, NFT_META_OIFNAME);
	network_u32(batch, NFTA_META_DREG, NFT_REG_1);
	close_expression(batch, meta);
	add_compare(batch, NFT_CMP_NEQ, name, sizeof(name));
}

static void add_table(struct netlink_batch *batch, const char *table)
{
	begin(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	netlink_text(batch, NFTA_TABLE_NAME, table);
}

static void delete_table(struct netlink_batch *batch, const char *table)
{
	begin(batch, NFT_MSG_DELTABLE, 0);
	netlink_text(batch, NFTA_TABLE_NAME, table);
}

static void add_chain(struct netlink_batch *batch, const char *table)
{
	begin(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	netlink_text(batch, NFTA_CHAIN_TABLE, table);
	netlink_text(batch, NFTA_CHAIN_NAME, CHAIN);
	netlink_text(batch, NFTA_CHAIN_TYPE, "nat");
	size_t hook = netlink_open(batch, NFTA_CHAIN_HOOK);
	network_u32(batch, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
	network_u32(batch, NFTA_HOOK_PRIORITY, PRIORITY_SOURCE_NAT);
	netlink_close(batch, hook);
}

static void add_rule(struct netlink_batch *batch, const char *table, const char *bridge, struct in_addr subnet, unsigned prefix)
{
	begin(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	netlink_text(batch, NFTA_RULE_TABLE, table);
	netlink_text(batch, NFTA_RULE_CHAIN, CHAIN);
	size_t expressions = netlink_open(batch, NFTA_RULE_EXPRESSIONS);
	match_source(batch, subnet, prefix);
	match_other_interface(batch, bridge);
	close_expression(batch, open_expression(batch, "masq"));
	netlink_close(batch, expressions);
}

static void table_name(const char *store_id, char name[16])
{
	snprintf(name, 16, "skiff-%s", store_id);
}

int masquerade_up(const char *store_id, const char *bridge, struct in_addr subnet, unsigned prefix)
{
	char table[16];
	table_name(store_id, table);
	struct netlink_batch batch = { 0 };
	batch_mark(&batch, NFNL_MSG_BATCH_BEGIN);
	/* Added first so that it can be deleted whether it was there or not: what then is made is all there is. */
	add_table(&batch, table);
	delete_table(&batch, table);
	add_table(&batch, table);
	add_chain(&batch, table);
	add_rule(&batch, table, bridge, subnet, prefix);
	batch_mark(&batch, NFNL_MSG_BATCH_END);
	return netlink_send(NETLINK_NETFILTER, &batch);
}

void masquerade_down(const char *store_id)
{
	char table[16];
	table_name(store_id, table);
	struct netlink_batch batch = { 0 };
	batch_mark(&batch, NFNL_MSG_BATCH_BEGIN);
	delete_table(&batch, table);
	batch_mark(&batch, NFNL_MSG_BATCH_END);
	/* ENOENT: there never was one. */
	netlink_send(NETLINK_NETFILTER, &batch);
}

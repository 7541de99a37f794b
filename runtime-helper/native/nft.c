#include "nft.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "io.h"

static void begin_message(struct nft *nft, int message, uint16_t flags)
{
	struct nfgenmsg fixed = { .nfgen_family = nft->family, .version = NFNETLINK_V0 };
	netlink_begin(&nft->batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message), flags, &fixed, sizeof(fixed));
}

static void mark(struct nft *nft, uint16_t type)
{
	struct nfgenmsg fixed = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	netlink_begin(&nft->batch, type, 0, &fixed, sizeof(fixed));
}

static void number(struct nft *nft, uint16_t type, uint32_t value)
{
	netlink_u32(&nft->batch, type, htonl(value));
}

static void text(struct nft *nft, uint16_t type, const char *value)
{
	netlink_text(&nft->batch, type, value);
}

static void value(struct nft *nft, uint16_t type, const void *bytes, size_t length)
{
	size_t open = netlink_open(&nft->batch, type);
	netlink_attribute(&nft->batch, NFTA_DATA_VALUE, bytes, length);
	netlink_close(&nft->batch, open);
}

void nft_begin(struct nft *nft, uint8_t family, const char *table)
{
	*nft = (struct nft){ .table = table, .family = family };
	mark(nft, NFNL_MSG_BATCH_BEGIN);
}

int nft_commit(struct nft *nft)
{
	mark(nft, NFNL_MSG_BATCH_END);
	return netlink_send(NETLINK_NETFILTER, &nft->batch);
}

int nft_commit_removal(struct nft *nft)
{
	static int last = -1;
	mark(nft, NFNL_MSG_BATCH_END);
	close_and_forget(&last);
	return netlink_send_keeping(NETLINK_NETFILTER, &nft->batch, &last);
}

void nft_add_table(struct nft *nft, bool exclusive)
{
	begin_message(nft, NFT_MSG_NEWTABLE, (uint16_t)(NLM_F_CREATE | NLM_F_ACK | (exclusive ? NLM_F_EXCL : 0)));
	text(nft, NFTA_TABLE_NAME, nft->table);
}

void nft_delete_table(struct nft *nft)
{
	begin_message(nft, NFT_MSG_DELTABLE, NLM_F_ACK);
	text(nft, NFTA_TABLE_NAME, nft->table);
}

void nft_add_hook(struct nft *nft, const char *chain, const char *type, uint32_t hook, int32_t priority)
{
	nft_add_chain(nft, chain);
	text(nft, NFTA_CHAIN_TYPE, type);
	size_t open = netlink_open(&nft->batch, NFTA_CHAIN_HOOK);
	number(nft, NFTA_HOOK_HOOKNUM, hook);
	number(nft, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	netlink_close(&nft->batch, open);
}

void nft_add_chain(struct nft *nft, const char *chain)
{
	begin_message(nft, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK);
	text(nft, NFTA_CHAIN_TABLE, nft->table);
	text(nft, NFTA_CHAIN_NAME, chain);
}

void nft_add_set(struct nft *nft, const struct nft_set *set)
{
	begin_message(nft, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_ACK);
	text(nft, NFTA_SET_TABLE, nft->table);
	text(nft, NFTA_SET_NAME, set->name);
	number(nft, NFTA_SET_ID, ++nft->sets);
	number(nft, NFTA_SET_KEY_TYPE, set->key_type);
	number(nft, NFTA_SET_KEY_LEN, set->key_length);
	if (set->key_type == NFT_TYPE_IFNAME) {
		/* NFTNL_UDATA_SET_KEYBYTEORDER, 4 bytes, the host's order: else nft shows empty names. */
		const uint8_t order[] = { 0, 4, 1, 0, 0, 0 };
		netlink_attribute(&nft->batch, NFTA_SET_USERDATA, order, sizeof(order));
	}
	if (set->data_length == 0)
		return;
	number(nft, NFTA_SET_FLAGS, NFT_SET_MAP);
	number(nft, NFTA_SET_DATA_TYPE, set->data_type);
	number(nft, NFTA_SET_DATA_LEN, set->data_length);
}

static void element(struct nft *nft, int message, uint16_t flags, const struct nft_set *set, const void *key, const void *data)
{
	begin_message(nft, message, flags);
	text(nft, NFTA_SET_ELEM_LIST_TABLE, nft->table);
	text(nft, NFTA_SET_ELEM_LIST_SET, set->name);
	size_t list = netlink_open(&nft->batch, NFTA_SET_ELEM_LIST_ELEMENTS);
	size_t one = netlink_open(&nft->batch, NFTA_LIST_ELEM);
	value(nft, NFTA_SET_ELEM_KEY, key, set->key_length);
	if (data && set->data_length > 0)
		value(nft, NFTA_SET_ELEM_DATA, data, set->data_length);
	netlink_close(&nft->batch, one);
	netlink_close(&nft->batch, list);
}

void nft_add_element(struct nft *nft, const struct nft_set *set, const void *key, const void *data)
{
	element(nft, NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_ACK, set, key, data);
}

void nft_delete_element(struct nft *nft, const struct nft_set *set, const void *key)
{
	element(nft, NFT_MSG_DELSETELEM, NLM_F_ACK, set, key, NULL);
}

void nft_open_rule(struct nft *nft, const char *chain)
{
	begin_message(nft, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK);
	text(nft, NFTA_RULE_TABLE, nft->table);
	text(nft, NFTA_RULE_CHAIN, chain);
	nft->rule = netlink_open(&nft->batch, NFTA_RULE_EXPRESSIONS);
}

void nft_close_rule(struct nft *nft)
{
	netlink_close(&nft->batch, nft->rule);
}

struct expression {
	size_t element, data;
};

static struct expression open_expression(struct nft *nft, const char *name)
{
	struct expression expression;
	expression.element = netlink_open(&nft->batch, NFTA_LIST_ELEM);
	text(nft, NFTA_EXPR_NAME, name);
	expression.data = netlink_open(&nft->batch, NFTA_EXPR_DATA);
	return expression;
}

static void close_expression(struct nft *nft, struct expression expression)
{
	netlink_close(&nft->batch, expression.data);
	netlink_close(&nft->batch, expression.element);
}

void nft_meta(struct nft *nft, uint32_t key, uint32_t destination)
{
	struct expression open = open_expression(nft, "meta");
	number(nft, NFTA_META_KEY, key);
	number(nft, NFTA_META_DREG, destination);
	close_expression(nft, open);
}

void nft_payload(struct nft *nft, uint32_t base, uint32_t offset, uint32_t length, uint32_t destination)
{
	struct expression open = open_expression(nft, "payload");
	number(nft, NFTA_PAYLOAD_DREG, destination);
	number(nft, NFTA_PAYLOAD_BASE, base);
	number(nft, NFTA_PAYLOAD_OFFSET, offset);
	number(nft, NFTA_PAYLOAD_LEN, length);
	close_expression(nft, open);
}

void nft_write_port(struct nft *nft, uint8_t protocol, uint32_t offset, uint32_t source)
{
	struct expression open = open_expression(nft, "payload");
	number(nft, NFTA_PAYLOAD_SREG, source);
	number(nft, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	number(nft, NFTA_PAYLOAD_OFFSET, offset);
	number(nft, NFTA_PAYLOAD_LEN, sizeof(uint16_t));
	number(nft, NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET);
	/* Where the header has it. */
	number(nft, NFTA_PAYLOAD_CSUM_OFFSET, protocol == IPPROTO_UDP ? 6 : 16);
	close_expression(nft, open);
}

void nft_immediate(struct nft *nft, uint32_t destination, const void *bytes, uint32_t length)
{
	struct expression open = open_expression(nft, "immediate");
	number(nft, NFTA_IMMEDIATE_DREG, destination);
	value(nft, NFTA_IMMEDIATE_DATA, bytes, length);
	close_expression(nft, open);
}

void nft_connection(struct nft *nft, uint32_t key, uint32_t destination)
{
	struct expression open = open_expression(nft, "ct");
	number(nft, NFTA_CT_KEY, key);
	number(nft, NFTA_CT_DREG, destination);
	close_expression(nft, open);
}

void nft_destination_type(struct nft *nft, uint32_t destination)
{
	struct expression open = open_expression(nft, "fib");
	number(nft, NFTA_FIB_DREG, destination);
	number(nft, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	number(nft, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	close_expression(nft, open);
}

void nft_mask(struct nft *nft, uint32_t target, const void *mask, uint32_t length)
{
	static const uint8_t none[16];
	struct expression open = open_expression(nft, "bitwise");
	number(nft, NFTA_BITWISE_SREG, target);
	number(nft, NFTA_BITWISE_DREG, target);
	number(nft, NFTA_BITWISE_LEN, length);
	value(nft, NFTA_BITWISE_MASK, mask, length);
	value(nft, NFTA_BITWISE_XOR, none, length);
	close_expression(nft, open);
}

void nft_compare(struct nft *nft, uint32_t operation, uint32_t source, const void *bytes, uint32_t length)
{
	struct expression open = open_expression(nft, "cmp");
	number(nft, NFTA_CMP_SREG, source);
	number(nft, NFTA_CMP_OP, operation);
	value(nft, NFTA_CMP_DATA, bytes, length);
	close_expression(nft, open);
}

void nft_lookup(struct nft *nft, const struct nft_set *set, uint32_t source, bool inverted)
{
	struct expression open = open_expression(nft, "lookup");
	text(nft, NFTA_LOOKUP_SET, set->name);
	number(nft, NFTA_LOOKUP_SREG, source);
	if (inverted)
		number(nft, NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	close_expression(nft, open);
}

void nft_lookup_data(struct nft *nft, const struct nft_set *map, uint32_t source, uint32_t destination)
{
	struct expression open = open_expression(nft, "lookup");
	text(nft, NFTA_LOOKUP_SET, map->name);
	number(nft, NFTA_LOOKUP_SREG, source);
	number(nft, NFTA_LOOKUP_DREG, destination);
	close_expression(nft, open);
}

void nft_destination_nat(struct nft *nft, uint32_t family, uint32_t address, uint32_t port)
{
	struct expression open = open_expression(nft, "nat");
	number(nft, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	number(nft, NFTA_NAT_FAMILY, family);
	number(nft, NFTA_NAT_REG_ADDR_MIN, address);
	number(nft, NFTA_NAT_REG_PROTO_MIN, port);
	close_expression(nft, open);
}

void nft_masquerade(struct nft *nft)
{
	close_expression(nft, open_expression(nft, "masq"));
}

void nft_verdict(struct nft *nft, int32_t code, const char *chain)
{
	struct expression open = open_expression(nft, "immediate");
	number(nft, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	size_t data = netlink_open(&nft->batch, NFTA_IMMEDIATE_DATA);
	size_t verdict = netlink_open(&nft->batch, NFTA_DATA_VERDICT);
	number(nft, NFTA_VERDICT_CODE, (uint32_t)code);
	if (chain)
		text(nft, NFTA_VERDICT_CHAIN, chain);
	netlink_close(&nft->batch, verdict);
	netlink_close(&nft->batch, data);
	close_expression(nft, open);
}

struct walk {
	const struct nft_set *map;
	void (*each)(const void *key, const void *data, void *context);
	void *context;
};

static void visit_element(const struct nlattr *one, const struct walk *walk)
{
	const struct nlattr *key = netlink_inner(one, NFTA_SET_ELEM_KEY), *data = netlink_inner(one, NFTA_SET_ELEM_DATA);
	const struct nlattr *key_bytes = key ? netlink_inner(key, NFTA_DATA_VALUE) : NULL;
	const struct nlattr *data_bytes = data ? netlink_inner(data, NFTA_DATA_VALUE) : NULL;
	if (key_bytes && data_bytes && netlink_length(key_bytes) == walk->map->key_length &&
	    netlink_length(data_bytes) == walk->map->data_length)
		walk->each(netlink_data(key_bytes), netlink_data(data_bytes), walk->context);
}

static void visit_message(const struct nlmsghdr *header, void *context)
{
	const struct nlattr *list = netlink_find(header, sizeof(struct nfgenmsg), NFTA_SET_ELEM_LIST_ELEMENTS);
	for (const struct nlattr *one = list ? netlink_first(list) : NULL; one; one = netlink_next(list, one))
		visit_element(one, context);
}

int nft_each_element(uint8_t family, const char *table, const struct nft_set *map,
		     void (*each)(const void *key, const void *data, void *context), void *context)
{
	struct nft nft = { .table = table, .family = family };
	struct walk walk = { map, each, context };
	begin_message(&nft, NFT_MSG_GETSETELEM, NLM_F_DUMP);
	text(&nft, NFTA_SET_ELEM_LIST_TABLE, table);
	text(&nft, NFTA_SET_ELEM_LIST_SET, map->name);
	return netlink_dump(NETLINK_NETFILTER, &nft.batch, visit_message, &walk);
}

#include "nft_rules.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

static void begin_dump(struct netlink_batch *batch, int message, uint8_t family)
{
	struct nfgenmsg fixed = { .nfgen_family = family, .version = NFNETLINK_V0 };
	netlink_begin(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message), NLM_F_DUMP, &fixed, sizeof(fixed));
}

static uint32_t number_of(const struct nlattr *attribute, uint32_t otherwise)
{
	uint32_t value;
	if (!attribute || netlink_length(attribute) < sizeof(value))
		return otherwise;
	memcpy(&value, netlink_data(attribute), sizeof(value));
	return ntohl(value);
}

static void copy_text(const struct nlattr *attribute, char text[NFT_MOST_NAME])
{
	const size_t length = attribute ? netlink_length(attribute) : 0;
	snprintf(text, NFT_MOST_NAME, "%.*s", (int)length, length ? (const char *)netlink_data(attribute) : "");
}

static bool is_text(const struct nlattr *attribute, const char *text)
{
	return attribute && netlink_length(attribute) == strlen(text) + 1 && memcmp(netlink_data(attribute), text, strlen(text)) == 0;
}

struct hooked_walk {
	uint32_t hook;
	struct nft_hooked *chains;
	int count, most;
};

static void visit_chain(const struct nlmsghdr *header, void *context)
{
	struct hooked_walk *walk = context;
	const struct nfgenmsg *fixed = NLMSG_DATA(header);
	const struct nlattr *hook = netlink_find(header, sizeof(*fixed), NFTA_CHAIN_HOOK);
	const bool routed = fixed->nfgen_family == NFPROTO_IPV4 || fixed->nfgen_family == NFPROTO_IPV6 || fixed->nfgen_family == NFPROTO_INET;
	if (!hook || !routed || walk->count == walk->most || number_of(netlink_inner(hook, NFTA_HOOK_HOOKNUM), UINT32_MAX) != walk->hook ||
	    !is_text(netlink_find(header, sizeof(*fixed), NFTA_CHAIN_TYPE), "filter"))
		return;
	struct nft_hooked *chain = &walk->chains[walk->count];
	chain->family = fixed->nfgen_family;
	copy_text(netlink_find(header, sizeof(*fixed), NFTA_CHAIN_TABLE), chain->table);
	copy_text(netlink_find(header, sizeof(*fixed), NFTA_CHAIN_NAME), chain->chain);
	chain->drops = number_of(netlink_find(header, sizeof(*fixed), NFTA_CHAIN_POLICY), NF_ACCEPT) == NF_DROP;
	if (strncmp(chain->table, "skiff-", 6) != 0)
		walk->count++;
}

int nft_hooked_chains(uint32_t hook, struct nft_hooked *chains, int most)
{
	struct netlink_batch batch = { 0 };
	struct hooked_walk walk = { hook, chains, 0, most };
	begin_dump(&batch, NFT_MSG_GETCHAIN, NFPROTO_UNSPEC);
	return netlink_dump(NETLINK_NETFILTER, &batch, visit_chain, &walk) < 0 ? -1 : walk.count;
}

struct rule_walk {
	uint32_t direction;
	const char *interfaces;
	bool (*each)(const struct nft_rule *rule, void *context);
	void *context;
	bool done;
};

/* A name with an end is compared as a whole; one without, as far as it goes: `sk0123*`. */
static bool compares_us(const struct nlattr *data, const char *interfaces)
{
	const struct nlattr *value = netlink_inner(data, NFTA_CMP_DATA), *bytes = value ? netlink_inner(value, NFTA_DATA_VALUE) : NULL;
	const size_t length = bytes ? strnlen(netlink_data(bytes), netlink_length(bytes)) : 0, ours = strlen(interfaces);
	if (length == 0 || number_of(netlink_inner(data, NFTA_CMP_OP), NFT_CMP_NEQ) != NFT_CMP_EQ)
		return false;
	const bool whole = length < netlink_length(bytes);
	return whole ? length >= ours && memcmp(netlink_data(bytes), interfaces, ours) == 0
		     : memcmp(netlink_data(bytes), interfaces, length < ours ? length : ours) == 0;
}

static void read_verdict(const struct nlattr *data, struct nft_rule *rule)
{
	const struct nlattr *value = netlink_inner(data, NFTA_IMMEDIATE_DATA);
	const struct nlattr *verdict = value ? netlink_inner(value, NFTA_DATA_VERDICT) : NULL;
	if (!verdict)
		return;
	switch ((int32_t)number_of(netlink_inner(verdict, NFTA_VERDICT_CODE), (uint32_t)NFT_CONTINUE)) {
	case NF_ACCEPT:
		rule->effect = NFT_ACCEPTS;
		return;
	case NF_DROP:
		rule->effect = NFT_DROPS;
		return;
	case NFT_RETURN:
		rule->effect = NFT_LEAVES;
		return;
	case NFT_JUMP:
	case NFT_GOTO:
		rule->effect = NFT_CALLS;
		copy_text(netlink_inner(verdict, NFTA_VERDICT_CHAIN), rule->target);
		return;
	default:
		return;
	}
}

/* `loaded`: the register's content is the name of the interface in our direction. */
static void read_expression(const struct nlattr *one, const struct rule_walk *walk, struct nft_rule *rule, bool *loaded)
{
	const struct nlattr *name = netlink_inner(one, NFTA_EXPR_NAME), *data = netlink_inner(one, NFTA_EXPR_DATA);
	if (!data || is_text(name, "counter") || is_text(name, "log"))
		return;
	if (is_text(name, "meta")) {
		*loaded = number_of(netlink_inner(data, NFTA_META_KEY), UINT32_MAX) == walk->direction;
		/* What it is compared with comes next. */
	} else if (is_text(name, "cmp") && *loaded) {
		rule->means_us = compares_us(data, walk->interfaces);
		rule->conditional |= !rule->means_us;
		*loaded = false;
	} else if (is_text(name, "immediate")) {
		read_verdict(data, rule);
	} else if (is_text(name, "reject") || (is_text(name, "target") && is_text(netlink_inner(data, NFTA_TARGET_NAME), "REJECT"))) {
		rule->effect = NFT_DROPS;
	} else {
		rule->conditional = true;
	}
}

static void visit_rule(const struct nlmsghdr *header, void *context)
{
	struct rule_walk *walk = context;
	struct nft_rule rule = { 0 };
	bool loaded = false;
	const struct nlattr *list = netlink_find(header, sizeof(struct nfgenmsg), NFTA_RULE_EXPRESSIONS);
	for (const struct nlattr *one = list ? netlink_first(list) : NULL; one; one = netlink_next(list, one))
		read_expression(one, walk, &rule, &loaded);
	if (!walk->done)
		walk->done = !walk->each(&rule, walk->context);
}

int nft_each_rule(const struct nft_hooked *table, const char *chain, uint32_t direction, const char *interfaces,
		  bool (*each)(const struct nft_rule *rule, void *context), void *context)
{
	struct netlink_batch batch = { 0 };
	struct rule_walk walk = { direction, interfaces, each, context, false };
	begin_dump(&batch, NFT_MSG_GETRULE, table->family);
	netlink_text(&batch, NFTA_RULE_TABLE, table->table);
	netlink_text(&batch, NFTA_RULE_CHAIN, chain);
	return netlink_dump(NETLINK_NETFILTER, &batch, visit_rule, &walk);
}

#include "firewall_others.h"

#include <stdio.h>
#include <string.h>

#include "firewall_legacy.h"
#include "io.h"

#define MOST_CHAINS 16
/* Chains that call each other: Docker's three, firewalld's four. */
#define DEEPEST 8

enum fate { UNDECIDED, PASSES, STOPPED };

struct reading {
	const struct nft_hooked *hooked;
	uint32_t direction;
	const char *interfaces;
	int depth;
	enum fate fate;
};

static enum fate read_chain(const struct reading *outer, const char *chain);

static bool read_rule(const struct nft_rule *rule, void *context)
{
	struct reading *reading = context;
	if (rule->conditional && !rule->means_us)
		return true;
	switch (rule->effect) {
	case NFT_ACCEPTS:
		reading->fate = PASSES;
		break;
	case NFT_DROPS:
		/* One that is about some of our traffic only is somebody's will. */
		if (!rule->conditional)
			reading->fate = STOPPED;
		break;
	case NFT_CALLS:
		reading->fate = read_chain(reading, rule->target);
		break;
	case NFT_LEAVES:
		return rule->conditional;
	case NFT_NOTHING:
		break;
	}
	return reading->fate == UNDECIDED;
}

static enum fate read_chain(const struct reading *outer, const char *chain)
{
	struct reading reading = *outer;
	reading.fate = UNDECIDED;
	if (++reading.depth > DEEPEST)
		return UNDECIDED;
	nft_each_rule(reading.hooked, chain, reading.direction, reading.interfaces, read_rule, &reading);
	return reading.fate;
}

bool firewall_others_drop(const char *store_id, uint8_t family, uint32_t direction, struct nft_hooked *who)
{
	struct nft_hooked chains[MOST_CHAINS];
	char interfaces[16];
	snprintf(interfaces, sizeof(interfaces), "sk%.8s", store_id);
	int count = nft_hooked_chains(NF_INET_FORWARD, chains, MOST_CHAINS);
	for (int i = 0; i < count; i++) {
		if (chains[i].family != family && chains[i].family != NFPROTO_INET)
			continue;
		const struct reading reading = { .hooked = &chains[i], .direction = direction, .interfaces = interfaces };
		enum fate fate = read_chain(&reading, chains[i].chain);
		if (fate == STOPPED || (fate == UNDECIDED && chains[i].drops)) {
			*who = chains[i];
			return true;
		}
	}
	if (family != NFPROTO_IPV4 || !firewall_legacy_drops(interfaces, direction == NFT_META_OIFNAME))
		return false;
	*who = (struct nft_hooked){ .family = NFPROTO_UNSPEC, .table = "filter", .chain = "FORWARD", .drops = true };
	return true;
}

static const char *family_name(uint8_t family)
{
	if (family == NFPROTO_UNSPEC)
		return "legacy";
	return family == NFPROTO_IPV4 ? "ip" : family == NFPROTO_IPV6 ? "ip6" : "inet";
}

int firewall_others_tell(const struct store *store, const struct request *request, int reply_fd)
{
	static const struct {
		const char *name;
		uint32_t direction;
	} ways[] = { { "out", NFT_META_IIFNAME }, { "in", NFT_META_OIFNAME } };
	struct nft_hooked who[ARRAY_LENGTH(ways)];
	const char *arguments[4 * ARRAY_LENGTH(ways)];
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
		if (!firewall_others_drop(store->id, NFPROTO_IPV4, ways[i].direction, &who[i]) &&
		    !firewall_others_drop(store->id, NFPROTO_IPV6, ways[i].direction, &who[i]))
			continue;
		arguments[count++] = ways[i].name;
		arguments[count++] = family_name(who[i].family);
		arguments[count++] = who[i].table;
		arguments[count++] = who[i].chain;
	}
	reply_ok(reply_fd, request->id, count, arguments);
	return 0;
}

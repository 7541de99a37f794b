/* Reading other programs' chains and rules: what a rule asks for and does, as far as we understand it. */
#ifndef SKIFF_NFT_RULES_H
#define SKIFF_NFT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "nft.h"

#define NFT_MOST_NAME 128

/* A chain that the kernel calls. */
struct nft_hooked {
	uint8_t family; /* NFPROTO_* */
	char table[NFT_MOST_NAME], chain[NFT_MOST_NAME];
	bool drops; /* by its policy: what no rule decides about */
};

/* Up to `most` chains of type filter at a hook (NF_INET_*), but those of our own stores. Returns how many there are, or -1. */
int nft_hooked_chains(uint32_t hook, struct nft_hooked *chains, int most);

struct nft_rule {
	/* The direction (NFT_META_IIFNAME or NFT_META_OIFNAME) is compared with interfaces of this name's beginning. */
	bool means_us;
	/* It asks for something besides. */
	bool conditional;
	enum { NFT_NOTHING, NFT_ACCEPTS, NFT_DROPS, NFT_LEAVES, NFT_CALLS } effect; /* NFT_LEAVES: back to the chain that called */
	char target[NFT_MOST_NAME];						    /* NFT_CALLS: a chain of the same table */
};

/* Calls back for each rule of a chain in its order, until that returns false. 0, or -1. */
int nft_each_rule(const struct nft_hooked *table, const char *chain, uint32_t direction, const char *interfaces,
		  bool (*each)(const struct nft_rule *rule, void *context), void *context);

#endif

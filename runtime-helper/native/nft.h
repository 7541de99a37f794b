/* Messages of nf_tables (linux/netfilter/nf_tables.h): tables, chains, sets and the expressions that rules are made of. */
#ifndef SKIFF_NFT_H
#define SKIFF_NFT_H

/* Before the kernel's headers, which then leave out what it has. */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"

/* One transaction on one table: all of it happens, or nothing. */
struct nft {
	struct netlink_batch batch;
	const char *table;
	uint8_t family;
	uint32_t sets;
	size_t rule;
};

/* A set's or map's name, and the types of key and data as the nft program knows them: it shows them, the kernel does not care. */
struct nft_set {
	const char *name;
	uint32_t key_type, key_length;
	uint32_t data_type, data_length; /* 0: a set */
};

enum nft_type {
	NFT_TYPE_IPV4 = 7,
	NFT_TYPE_IPV6 = 8,
	NFT_TYPE_PROTOCOL = 12,
	NFT_TYPE_SERVICE = 13,
	NFT_TYPE_IFNAME = 41,
};
/* nft's datatype_concat: six bits each. */
#define NFT_CONCAT2(a, b) ((uint32_t)(a) << 6 | (uint32_t)(b))
#define NFT_CONCAT3(a, b, c) (NFT_CONCAT2(a, b) << 6 | (uint32_t)(c))

void nft_begin(struct nft *nft, uint8_t family, const char *table);
/* 0, or -1 with the kernel's first error. */
int nft_commit(struct nft *nft);
/* The same for what takes elements away, in the network namespace that we always are in. Who closes a socket of nftables waits until the memory
 * of what was taken away is free (nft_rcv_nl_event in the kernel; 15 ms): so this one's stays open until the next, or until we end. */
int nft_commit_removal(struct nft *nft);

/* `exclusive`: EEXIST when it is there. */
void nft_add_table(struct nft *nft, bool exclusive);
void nft_delete_table(struct nft *nft);
/* A chain that the kernel calls: `type` is nat or filter. */
void nft_add_hook(struct nft *nft, const char *chain, const char *type, uint32_t hook, int32_t priority);
/* A chain that rules jump to. */
void nft_add_chain(struct nft *nft, const char *chain);
void nft_add_set(struct nft *nft, const struct nft_set *set);
void nft_add_element(struct nft *nft, const struct nft_set *set, const void *key, const void *data);
void nft_delete_element(struct nft *nft, const struct nft_set *set, const void *key);

/* Expressions are added between the two. */
void nft_open_rule(struct nft *nft, const char *chain);
void nft_close_rule(struct nft *nft);

void nft_meta(struct nft *nft, uint32_t key, uint32_t destination);
void nft_payload(struct nft *nft, uint32_t base, uint32_t offset, uint32_t length, uint32_t destination);
/* Writes a port of UDP's or TCP's header from a register, and mends the checksum. */
void nft_write_port(struct nft *nft, uint8_t protocol, uint32_t offset, uint32_t source);
void nft_immediate(struct nft *nft, uint32_t destination, const void *value, uint32_t length);
void nft_connection(struct nft *nft, uint32_t key, uint32_t destination);
/* Whose address the packet goes to, as RTN_*. */
void nft_destination_type(struct nft *nft, uint32_t destination);
void nft_mask(struct nft *nft, uint32_t target, const void *mask, uint32_t length);
void nft_compare(struct nft *nft, uint32_t operation, uint32_t source, const void *value, uint32_t length);
void nft_lookup(struct nft *nft, const struct nft_set *set, uint32_t source, bool inverted);
/* What the map has for the key, or the rule ends here. */
void nft_lookup_data(struct nft *nft, const struct nft_set *map, uint32_t source, uint32_t destination);
void nft_destination_nat(struct nft *nft, uint32_t family, uint32_t address, uint32_t port);
void nft_masquerade(struct nft *nft);
/* NF_ACCEPT, NF_DROP, NFT_RETURN; NFT_JUMP with a chain. */
void nft_verdict(struct nft *nft, int32_t code, const char *chain);

/* Calls back for each element of a map, with its key and data. 0, or -1. */
int nft_each_element(uint8_t family, const char *table, const struct nft_set *map,
		     void (*each)(const void *key, const void *data, void *context), void *context);

#endif

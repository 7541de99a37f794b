/* What the store's nftables table is made of: its name, its sets and maps with their keys, and its rules. */
#ifndef SKIFF_FIREWALL_TABLE_H
#define SKIFF_FIREWALL_TABLE_H

#include <stdint.h>

#include "nft.h"

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

extern const struct nft_set firewall_bridges, firewall_internal_bridges, firewall_masqueraded, firewall_same_bridge;
extern const struct nft_set firewall_ports4, firewall_ports6;

struct table_name {
	char text[16];
};

struct table_name firewall_table(const char *store_id);
/* Makes all of the table in one transaction when it is not there. */
int firewall_ensure_table(const char *store_id);

#endif

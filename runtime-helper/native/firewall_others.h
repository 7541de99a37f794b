/* What other programs' tables do with what is forwarded from and to our bridges (Docker's, ufw's, firewalld's): an accept of ours never
 * overrules a drop of theirs (nft(8), "priority"). Rules are read as far as interfaces go; one that asks for anything else is taken not to
 * be about us, unless it also names our bridges. */
#ifndef SKIFF_FIREWALL_OTHERS_H
#define SKIFF_FIREWALL_OTHERS_H

#include <stdbool.h>

#include "nft_rules.h"
#include "request.h"
#include "spawner.h"

/* True, and who it is: what comes from our bridges (NFT_META_IIFNAME), or goes there (NFT_META_OIFNAME), is dropped. `family`:
 * NFPROTO_IPV4 or NFPROTO_IPV6; NFPROTO_UNSPEC in `who` is iptables-legacy. */
bool firewall_others_drop(const char *store_id, uint8_t family, uint32_t direction, struct nft_hooked *who);

/* The verb. */
int firewall_others_tell(const struct store *store, const struct request *request, int reply_fd);

#endif

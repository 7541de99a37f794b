/* Outbound traffic of a bridge through the host's addresses: one nftables table of the store's own, over netlink. */
#ifndef SKIFF_MASQUERADE_H
#define SKIFF_MASQUERADE_H

#include <netinet/in.h>

/* Makes table `skiff-<store id>` anew: what leaves the subnet by another interface than the bridge is masqueraded. */
int masquerade_up(const char *store_id, const char *bridge, struct in_addr subnet, unsigned prefix);
void masquerade_down(const char *store_id);

#endif

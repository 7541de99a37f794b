/* The store's table is everybody's who may change the host's firewall: when one takes it away (`nft flush ruleset`, a restart of another
 * program), the kernel tells, and containers put back what is theirs. */
#ifndef SKIFF_FIREWALL_WATCH_H
#define SKIFF_FIREWALL_WATCH_H

#include <poll.h>
#include <stdbool.h>

/* A socket that has something to read when chains, rules, sets or tables have been taken away; -1 where there is no nftables. */
int firewall_watch(void);
/* Reads all that it tells. True: something of the store's table is gone. */
bool firewall_watch_read(int fd, const char *store_id);

#endif

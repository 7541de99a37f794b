/* The FORWARD chain of iptables-legacy, whose rules nf_tables does not know: ip_tables.h of the kernel. */
#ifndef SKIFF_FIREWALL_LEGACY_H
#define SKIFF_FIREWALL_LEGACY_H

#include <stdbool.h>

/* Its policy is to drop, and no rule accepts what comes from (or, `incoming`, goes to) interfaces that begin so. */
bool firewall_legacy_drops(const char *interfaces, bool incoming);

#endif

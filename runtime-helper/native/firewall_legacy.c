#include "firewall_legacy.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "io.h"

#define TABLE "filter"

/* Only one that is in use: asking for one makes it. */
static bool has_table(void)
{
	char names[256];
	CLEANUP_CLOSE int fd = open("/proc/net/ip_tables_names", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read_full(fd, names, sizeof(names) - 1);
	names[length > 0 ? length : 0] = '\0';
	for (char *rest = names, *name; (name = strsep(&rest, "\n"));)
		if (strcmp(name, TABLE) == 0)
			return true;
	return false;
}

static bool has_verdict(const struct ipt_entry *entry, int verdict)
{
	const struct xt_standard_target *target = (const void *)((const char *)entry + entry->target_offset);
	/* The standard target has no name (XT_STANDARD_TARGET), and verdicts are negative (xtables). */
	return target->target.u.user.name[0] == '\0' && target->verdict == -verdict - 1;
}

static bool accepts_us(const struct ipt_entry *entry, const char *interfaces, bool incoming)
{
	const char *name = incoming ? entry->ip.outiface : entry->ip.iniface;
	const unsigned char *mask = incoming ? entry->ip.outiface_mask : entry->ip.iniface_mask;
	const uint8_t inverted = incoming ? IPT_INV_VIA_OUT : IPT_INV_VIA_IN;
	size_t compared = 0;
	while (compared < IFNAMSIZ && mask[compared])
		compared++;
	const size_t length = strlen(interfaces);
	return compared > 0 && !(entry->ip.invflags & inverted) && strncmp(name, interfaces, compared < length ? compared : length) == 0 &&
	       has_verdict(entry, NF_ACCEPT);
}

static bool drops(const struct ipt_get_entries *entries, const struct ipt_getinfo *info, const char *interfaces, bool incoming)
{
	const char *start = (const char *)entries->entrytable;
	const uint32_t first = info->hook_entry[NF_INET_FORWARD], policy = info->underflow[NF_INET_FORWARD];
	if (!has_verdict((const struct ipt_entry *)(start + policy), NF_DROP))
		return false;
	for (uint32_t at = first; at < policy;) {
		const struct ipt_entry *entry = (const struct ipt_entry *)(start + at);
		if (accepts_us(entry, interfaces, incoming) || entry->next_offset == 0)
			return false;
		at += entry->next_offset;
	}
	return true;
}

bool firewall_legacy_drops(const char *interfaces, bool incoming)
{
	struct ipt_getinfo info = { .name = TABLE };
	socklen_t length = sizeof(info);
	CLEANUP_CLOSE int fd = has_table() ? socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) : -1;
	if (fd < 0 || getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &length) < 0)
		return false;
	length = (socklen_t)(sizeof(struct ipt_get_entries) + info.size);
	CLEANUP_FREE struct ipt_get_entries *entries = calloc(1, length);
	if (!entries)
		return false;
	strcpy(entries->name, TABLE);
	entries->size = info.size;
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, entries, &length) < 0)
		return false;
	return drops(entries, &info, interfaces, incoming);
}

#include "firewall.h"

#include <arpa/inet.h>
#include <endian.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "firewall_table.h"
#include "io.h"
#include "nft.h"

struct pair {
	char in[IFNAMSIZ], out[IFNAMSIZ];
};

static struct pair pair_of(const char *bridge)
{
	struct pair pair = { 0 };
	snprintf(pair.in, sizeof(pair.in), "%s", bridge);
	snprintf(pair.out, sizeof(pair.out), "%s", bridge);
	return pair;
}

int firewall_add_network(const char *store_id, const char *bridge, bool internal, bool masquerade)
{
	struct table_name table = firewall_table(store_id);
	struct pair pair = pair_of(bridge);
	struct nft nft;
	if (firewall_ensure_table(store_id) < 0)
		return -1;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_add_element(&nft, &firewall_bridges, pair.in, NULL);
	nft_add_element(&nft, &firewall_same_bridge, &pair, NULL);
	if (internal)
		nft_add_element(&nft, &firewall_internal_bridges, pair.in, NULL);
	else if (masquerade)
		nft_add_element(&nft, &firewall_masqueraded, pair.in, NULL);
	return nft_commit(&nft);
}

static void delete_one(const char *store_id, const struct nft_set *set, const void *key)
{
	struct table_name table = firewall_table(store_id);
	struct nft nft;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_delete_element(&nft, set, key);
	/* ENOENT: it was not there, or no table was. */
	nft_commit_removal(&nft);
}

void firewall_remove_network(const char *store_id, const char *bridge)
{
	struct pair pair = pair_of(bridge);
	const struct nft_set *const named[] = { &firewall_bridges, &firewall_internal_bridges, &firewall_masqueraded };
	for (size_t i = 0; i < ARRAY_LENGTH(named); i++)
		delete_one(store_id, named[i], pair.in);
	delete_one(store_id, &firewall_same_bridge, &pair);
}

union key {
	struct key4 v4;
	struct key6 v6;
};
union target {
	struct target4 v4;
	struct target6 v6;
};

static uint32_t port_slot(uint16_t port)
{
	uint32_t slot = 0;
	memcpy(&slot, &port, sizeof(port));
	return slot;
}

/* Returns the map that the rule belongs into. */
static const struct nft_set *describe(const struct port_rule *rule, union key *key, union target *target)
{
	const uint32_t protocol = port_slot((uint16_t)htole16(rule->protocol));
	memset(key, 0, sizeof(*key));
	memset(target, 0, sizeof(*target));
	if (rule->family == AF_INET) {
		key->v4 = (struct key4){ .protocol = protocol, .port = port_slot(rule->host_port) };
		memcpy(&key->v4.host, rule->host, 4);
		target->v4.port = port_slot(rule->port);
		memcpy(&target->v4.address, rule->address, 4);
		return &firewall_ports4;
	}
	key->v6 = (struct key6){ .protocol = protocol, .port = port_slot(rule->host_port) };
	memcpy(key->v6.host, rule->host, 16);
	target->v6.port = port_slot(rule->port);
	memcpy(target->v6.address, rule->address, 16);
	return &firewall_ports6;
}

/* As many elements as a batch of messages surely holds. */
#define BATCH 32

/* Makes an element for each rule, or takes it away: 0, or -1 with errno, and of the batch that failed nothing is done. */
static int change_elements(const char *store_id, const struct port_rule *rules, size_t count, bool remove)
{
	struct table_name table = firewall_table(store_id);
	for (size_t done = 0; done < count;) {
		struct nft nft;
		nft_begin(&nft, NFPROTO_INET, table.text);
		for (size_t end = done + BATCH; done < count && done < end; done++) {
			union key key;
			union target target;
			const struct nft_set *map = describe(&rules[done], &key, &target);
			if (remove)
				nft_delete_element(&nft, map, &key);
			else
				nft_add_element(&nft, map, &key, &target);
		}
		if ((remove ? nft_commit_removal(&nft) : nft_commit(&nft)) < 0)
			return -1;
	}
	return 0;
}

int firewall_publish(const char *store_id, const struct port_rule *rules, size_t count)
{
	if (firewall_republish(store_id, rules, count) == 0)
		return 0;
	/* We hold the host's ports: what the maps say of them is from someone who was killed. */
	firewall_unpublish(store_id, rules, count);
	return firewall_republish(store_id, rules, count);
}

int firewall_republish(const char *store_id, const struct port_rule *rules, size_t count)
{
	return change_elements(store_id, rules, count, false);
}

void firewall_unpublish(const char *store_id, const struct port_rule *rules, size_t count)
{
	if (change_elements(store_id, rules, count, true) == 0)
		return;
	/* One that was not there keeps all of its batch. */
	for (size_t i = 0; i < count; i++)
		change_elements(store_id, &rules[i], 1, true);
}

struct forget {
	const char *store_id;
	const struct nft_set *map;
	uint8_t address[16];
	size_t length;
};

static void forget_when_meant(const void *key, const void *data, void *context)
{
	const struct forget *forget = context;
	/* Both kinds of target begin with the address. */
	if (memcmp(data, forget->address, forget->length) == 0)
		delete_one(forget->store_id, forget->map, key);
}

void firewall_forget(const char *store_id, const char *address)
{
	struct table_name table = firewall_table(store_id);
	struct forget forget = { .store_id = store_id, .map = &firewall_ports4, .length = 4 };
	if (inet_pton(AF_INET, address, forget.address) != 1) {
		forget.map = &firewall_ports6;
		forget.length = 16;
		if (inet_pton(AF_INET6, address, forget.address) != 1)
			return;
	}
	nft_each_element(NFPROTO_INET, table.text, forget.map, forget_when_meant, &forget);
}

void firewall_remove(const char *store_id)
{
	struct table_name table = firewall_table(store_id);
	struct nft nft;
	nft_begin(&nft, NFPROTO_INET, table.text);
	nft_delete_table(&nft);
	/* ENOENT: there never was one. */
	nft_commit(&nft);
}

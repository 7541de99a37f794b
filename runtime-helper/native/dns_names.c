#include "dns_names.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "veth.h"

#define MOST_ANSWERS 128
#define ID_LENGTH 64

/* getdents64(2) */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* One network, and what was found of a name on it. */
struct search {
	const struct dns_places *places;
	const char *network;
	const struct dns_question *question;
	struct dns_reply *reply;
	bool reverse;
	char address[INET6_ADDRSTRLEN]; /* reverse: whose name is asked for */
	bool known;
	size_t count;
	union {
		uint8_t bytes[16];
		char name[DNS_MOST_NAME + 1];
	} found[MOST_ANSWERS];
};

static bool read_owner(int directory, const char *path, char id[ID_LENGTH])
{
	char target[ID_LENGTH + 1];
	if (readlinkat(directory, path, target, sizeof(target)) != ID_LENGTH)
		return false;
	memcpy(id, target, ID_LENGTH);
	return true;
}

bool dns_has_interface(int interfaces_fd, const char *id)
{
	char name[IFNAMSIZ], target[1];
	for (unsigned i = 0; i < 2 * VETH_MOST; i++) {
		veth_name(name, id, i);
		/* Each is a symbolic link there, whose target is cut to what there is room for. */
		if (readlinkat(interfaces_fd, name, target, sizeof(target)) > 0)
			return true;
	}
	return false;
}

/* A monitor that was killed leaves its names and its addresses; but the kernel has taken its interfaces away with PID 1. */
static bool is_current(const struct search *search, int names, const char *entry)
{
	char owner[ID_LENGTH], holder[ID_LENGTH], lease[400];
	const char *address = search->reverse ? search->address : entry;
	snprintf(lease, sizeof(lease), "%.200s/leases/%.60s", search->network, address);
	return read_owner(names, entry, owner) && read_owner(search->places->networks_fd, lease, holder) &&
	       memcmp(owner, holder, ID_LENGTH) == 0 &&
	       (search->places->interfaces_fd < 0 || dns_has_interface(search->places->interfaces_fd, owner));
}

static void take_entry(struct search *search, int names, const char *entry)
{
	if (entry[0] == '.' || search->count == MOST_ANSWERS || !is_current(search, names, entry))
		return;
	search->known = true;
	uint16_t type = search->question->type;
	if (search->reverse && type == DNS_PTR)
		snprintf(search->found[search->count++].name, sizeof(search->found->name), "%.127s.%.127s", entry, search->network);
	else if (!search->reverse && ((type == DNS_A && inet_pton(AF_INET, entry, search->found[search->count].bytes) == 1) ||
				      (type == DNS_AAAA && inet_pton(AF_INET6, entry, search->found[search->count].bytes) == 1)))
		search->count++;
}

static void look_in(struct search *search, const char *name)
{
	_Alignas(struct entry) char buffer[2048];
	char path[600];
	snprintf(path, sizeof(path), "%.200s/names/%s", search->network, name);
	CLEANUP_CLOSE int names = openat(search->places->networks_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	long length;
	if (names < 0)
		return;
	while ((length = syscall(SYS_getdents64, names, buffer, sizeof(buffer))) > 0)
		for (long at = 0; at < length; at += ((struct entry *)(buffer + at))->length)
			take_entry(search, names, ((struct entry *)(buffer + at))->name);
}

/* From another place each time, so that those who share a name share its work. */
static void tell(struct search *search)
{
	uint16_t start = 0;
	if (search->count > 1 && getrandom(&start, sizeof(start), GRND_NONBLOCK) < 0)
		start = 0;
	for (size_t i = 0; i < search->count; i++) {
		size_t at = (i + start) % search->count;
		if (search->reverse)
			dns_add_name(search->reply, DNS_PTR, search->found[at].name);
		else
			dns_add(search->reply, search->question->type, search->found[at].bytes, search->question->type == DNS_A ? 4 : 16);
	}
}

/* `4.3.2.1.in-addr.arpa`; 32 digits of a hexadecimal number and `ip6.arpa`. False: not the name of an address. */
static bool parse_reverse(const char *name, char address[INET6_ADDRSTRLEN])
{
	static const char suffix4[] = ".in-addr.arpa", suffix6[] = ".ip6.arpa";
	const size_t length = strlen(name);
	uint8_t bytes[16] = { 0 };
	if (length > strlen(suffix4) && strcmp(name + length - strlen(suffix4), suffix4) == 0) {
		char rest;
		return sscanf(name, "%3hhu.%3hhu.%3hhu.%3hhu.in-addr.arp%c", &bytes[3], &bytes[2], &bytes[1], &bytes[0], &rest) == 5 &&
		       inet_ntop(AF_INET, bytes, address, INET6_ADDRSTRLEN);
	}
	if (length != 63 + strlen(suffix6) || strcmp(name + 63, suffix6) != 0)
		return false;
	for (size_t i = 0; i < 32; i++) {
		const char digit[] = { name[i * 2], '\0' };
		if (!strchr("0123456789abcdef", digit[0]) || name[i * 2 + 1] != '.')
			return false;
		bytes[15 - i / 2] |= (uint8_t)(strtoul(digit, NULL, 16) << (i % 2 * 4));
	}
	return inet_ntop(AF_INET6, bytes, address, INET6_ADDRSTRLEN);
}

static const char *follow_link(const struct resolver_config *config, const char *name)
{
	for (size_t i = 0; i < config->links; i++)
		if (strcmp(config->link[i].alias, name) == 0)
			return config->link[i].name;
	return name;
}

/* `a.b.c`: as it is in any network, else `a.b` in the network c, `a` in the network b.c. */
static void search_all(struct search *search, const struct resolver_config *config, const char *name)
{
	char part[DNS_MOST_NAME + 1];
	for (size_t i = 0; i < config->networks && !search->known; i++) {
		search->network = config->network[i];
		look_in(search, name);
	}
	for (const char *dot = strchr(name, '.'); dot && !search->known; dot = strchr(dot + 1, '.'))
		for (size_t i = 0; i < config->networks && !search->known; i++) {
			if (dot == name || strcasecmp(config->network[i], dot + 1) != 0)
				continue;
			search->network = config->network[i];
			snprintf(part, sizeof(part), "%.*s", (int)(dot - name), name);
			look_in(search, part);
		}
}

bool dns_names_answer(const struct dns_places *places, const struct resolver_config *config, const struct dns_question *question,
		      struct dns_reply *reply)
{
	static struct search search;
	const char *name = follow_link(config, question->name);
	search.places = places;
	search.question = question;
	search.reply = reply;
	search.known = false;
	search.count = 0;
	/* A dot first would hide a name of the file system's. */
	if (!is_component(name) || name[0] == '.')
		return false;
	search.reverse = parse_reverse(name, search.address);
	search_all(&search, config, name);
	if (search.known)
		tell(&search);
	return search.known;
}

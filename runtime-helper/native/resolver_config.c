#include "resolver_config.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "io.h"

#define PORT 53

static void add_server(struct resolver_servers *servers, char *text)
{
	struct address address;
	/* `fe80::1%eth0` */
	char *scope = strchr(text, '%');
	if (scope)
		*scope++ = '\0';
	if (servers->count == RESOLVER_SERVERS || address_parse(text, false, &address) < 0)
		return;
	struct sockaddr_storage *target = &servers->items[servers->count].address;
	servers->items[servers->count++].length = address_to_socket(&address, PORT, target);
	if (scope && address.family == AF_INET6) {
		unsigned index = if_nametoindex(scope);
		((struct sockaddr_in6 *)target)->sin6_scope_id = index ? index : (unsigned)strtoul(scope, NULL, 10);
	}
}

static void add_network(struct resolver_config *config, const char *name)
{
	/* A directory's name, and the user's word. */
	if (config->networks < RESOLVER_NETWORKS && is_component(name) && name[0] != '.')
		config->network[config->networks++] = name;
}

static void take_line(struct resolver_config *config, char *line)
{
	char *rest = line, *word = strsep(&rest, " "), *first = strsep(&rest, " "), *second = rest;
	if (strcmp(word, "internal") == 0)
		config->internal = true;
	else if (!first)
		return;
	else if (strcmp(word, "network") == 0)
		add_network(config, first);
	else if (strcmp(word, "server") == 0)
		add_server(&config->given, first);
	else if (strcmp(word, "link") == 0 && second && config->links < RESOLVER_LINKS)
		config->link[config->links++] = (struct resolver_link){ first, second };
}

bool resolver_config_read(struct resolver_config *config, int fd)
{
	static const char last_line[] = "end\n";
	static char text[sizeof(config->text)];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
	/* It is written in place: the helper's last line says that it is whole. */
	if (length < (ssize_t)strlen(last_line) || memcmp(text + length - strlen(last_line), last_line, strlen(last_line)) != 0)
		return false;
	memcpy(config->text, text, (size_t)length);
	config->text[length] = '\0';
	config->networks = config->links = config->given.count = 0;
	config->internal = false;
	for (char *rest = config->text, *line; (line = strsep(&rest, "\n"));)
		take_line(config, line);
	return true;
}

void resolver_config_host(struct resolver_servers *servers, const char *path)
{
	char text[8192], keyword[16], value[64];
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd < 0 ? 0 : read_full(fd, text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	servers->count = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (sscanf(line, " %15s %63s", keyword, value) == 2 && strcmp(keyword, "nameserver") == 0)
			add_server(servers, value);
	if (servers->count == 0)
		add_server(servers, strcpy(value, "127.0.0.1"));
}

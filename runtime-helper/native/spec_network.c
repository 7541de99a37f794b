/* Directives of the network and of other namespaces. */
#include <netinet/in.h>
#include <sched.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"

FLAG_PARSER(resolver, resolver)

static int parse_other_namespace(struct spec *spec, const char *const *arguments)
{
	static const struct {
		const char *name;
		uint64_t kind;
		bool joinable;
	} kinds[] = {
		{ "pid", CLONE_NEWPID, true },
		{ "ipc", CLONE_NEWIPC, true },
		{ "uts", CLONE_NEWUTS, true },
		{ "cgroup", CLONE_NEWCGROUP, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (strcmp(arguments[0], kinds[i].name) != 0)
			continue;
		if (strcmp(arguments[1], "host") == 0) {
			spec->host_namespaces |= kinds[i].kind;
			return 0;
		}
		if (!kinds[i].joinable || !is_container_id(arguments[1]))
			return bad_value();
		spec->joined[i] = (struct joined_namespace){ arguments[1], kinds[i].kind, -1 };
		return 0;
	}
	return bad_value();
}

static int parse_namespace(struct spec *spec, const char *const *arguments)
{
	if (strcmp(arguments[0], "net") != 0)
		return parse_other_namespace(spec, arguments);
	spec->host_network = strcmp(arguments[1], "host") == 0;
	if (!spec->host_network && !is_container_id(arguments[1]))
		return bad_value();
	spec->network_of = spec->host_network ? NULL : arguments[1];
	return 0;
}

int network_spec_parse(const char *const *arguments, struct network_spec *network)
{
	*network = (struct network_spec){ .bridge = arguments[0],   .veth = arguments[1],     .interface = arguments[2],
					  .address = arguments[3],  .gateway = arguments[4],  .address6 = arguments[5],
					  .gateway6 = arguments[6], .mac = arguments[7],
					  .internal = strcmp(arguments[9], "internal") == 0,
					  .masquerade = strcmp(arguments[9], "masquerade") == 0 };
	if (!network->internal && !network->masquerade && strcmp(arguments[9], "routed") != 0)
		return bad_value();
	return parse_unsigned(arguments[8], &network->mtu);
}

static int parse_network(struct spec *spec, const char *const *arguments)
{
	struct network_spec network;
	return network_spec_parse(arguments, &network) < 0 ? -1 : APPEND(&spec->networks, network);
}

static int parse_publish(struct spec *spec, const char *const *arguments)
{
	static const struct {
		const char *name;
		int number;
	} protocols[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "sctp", IPPROTO_SCTP } };
	struct publish_spec port = { .host_ip = arguments[1], .address = arguments[5], .address6 = arguments[6] };
	uint64_t first, last, inner;
	for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++)
		if (strcmp(arguments[0], protocols[i].name) == 0)
			port.protocol = protocols[i].number;
	if (port.protocol == 0 || parse_number(arguments[2], 10, UINT16_MAX, &first) < 0 ||
	    parse_number(arguments[3], 10, UINT16_MAX, &last) < 0 || parse_number(arguments[4], 10, UINT16_MAX, &inner) < 0)
		return bad_value();
	if (first > last && first != 0)
		return bad_value();
	port.first = (uint16_t)first;
	port.last = (uint16_t)last;
	port.port = (uint16_t)inner;
	return APPEND(&spec->ports, port);
}

const struct directive network_directives[] = {
	{ "namespace", 2, parse_namespace },
	{ "network", NETWORK_ARGUMENTS, parse_network },
	{ "publish", 7, parse_publish },
	{ "resolver", 1, parse_resolver },
	{ 0 },
};

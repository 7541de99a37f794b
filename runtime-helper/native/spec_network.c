/* Directives of the network and of other namespaces. */
#include <sched.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"

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
	if (strcmp(arguments[0], "net") != 0 || strcmp(arguments[1], "host") != 0)
		return bad_value();
	spec->host_network = true;
	return 0;
}

static int parse_network(struct spec *spec, const char *const *arguments)
{
	spec->network = (struct network_spec){ .bridge = arguments[0], .veth = arguments[1], .address = arguments[2],
					       .gateway = arguments[3], .mac = arguments[4] };
	return parse_unsigned(arguments[5], &spec->network.mtu);
}

const struct directive network_directives[] = {
	{ "namespace", 2, parse_namespace },
	{ "network", 6, parse_network },
	{ 0 },
};

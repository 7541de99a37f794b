/* Directives of the network. */
#include <string.h>

#include "spec_values.h"

static int parse_namespace(struct spec *spec, const char *const *arguments)
{
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

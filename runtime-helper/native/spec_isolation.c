/* Directives of what surrounds all of a container's processes: host name, kernel parameters, device rules. */
#include <linux/bpf.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"

TEXT_PARSER(hostname, hostname)
TEXT_PARSER(domainname, domainname)
TEXT_PARSER(cgroup_parent, cgroup_parent)

static int parse_sysctl(struct spec *spec, const char *const *arguments)
{
	/* Dots become slashes below /proc/sys: a slash or ".." would lead elsewhere. */
	if (strchr(arguments[0], '/') || strstr(arguments[0], ".."))
		return bad_value();
	return APPEND(&spec->sysctls, (struct pair_spec){ arguments[0], arguments[1] });
}

static int parse_number_or_any(const char *text, long *value)
{
	unsigned number;
	if (strcmp(text, "*") == 0) {
		*value = -1;
		return 0;
	}
	if (parse_unsigned(text, &number) < 0)
		return -1;
	*value = number;
	return 0;
}

static int parse_device_rule(struct spec *spec, const char *const *arguments)
{
	struct device_rule rule = { .allow = strcmp(arguments[0], "allow") == 0, .type = arguments[1][0] };
	if ((!rule.allow && strcmp(arguments[0], "deny") != 0) || strlen(arguments[1]) != 1 || !strchr("abc", rule.type))
		return bad_value();
	if (parse_number_or_any(arguments[2], &rule.major) < 0 || parse_number_or_any(arguments[3], &rule.minor) < 0)
		return -1;
	for (const char *letter = arguments[4]; *letter; letter++) {
		if (!strchr("rwm", *letter))
			return bad_value();
		rule.access |= *letter == 'r' ? BPF_DEVCG_ACC_READ : *letter == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
	}
	return APPEND(&spec->device_rules, rule);
}

/* Files of limits, none that moves processes or runs programs. */
static bool is_limit_file(const char *name)
{
	return !*name || (is_component(name) && strchr(name, '.') && strncmp(name, "cgroup.", 7) != 0 &&
			  strncmp(name, "devices.", 8) != 0);
}

int resource_parse(struct spec *spec, const char *const *arguments)
{
	if (!is_component(arguments[0]) || !is_limit_file(arguments[1]) || !is_limit_file(arguments[3]))
		return bad_value();
	return APPEND(&spec->resources, (struct resource_spec){ arguments[0], arguments[1], arguments[2], arguments[3], arguments[4] });
}

const struct directive isolation_directives[] = {
	{ "domainname", 1, parse_domainname },
	{ "cgroup-parent", 1, parse_cgroup_parent },
	{ "resource", RESOURCE_ARGUMENTS, resource_parse },
	{ "hostname", 1, parse_hostname },
	{ "sysctl", 2, parse_sysctl },
	{ "device-rule", 5, parse_device_rule },
	{ 0 },
};

/* Directives of what only bundles have (skiff-oci). */
#include <sched.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"

TEXT_PARSER(rootfs, bundle.rootfs)
TEXT_PARSER(state_directory, bundle.directory)
TEXT_PARSER(console_socket, bundle.console_socket)
TEXT_PARSER(cgroup_path, bundle.cgroup)
TEXT_PARSER(personality, bundle.personality)
FLAG_PARSER(outer_hooks, bundle.outer_hooks)
FLAG_PARSER(wait, bundle.wait)

static int parse_propagation(struct spec *spec, const char *const *arguments)
{
	uint64_t flags;
	if (parse_number(arguments[0], 10, UINT32_MAX, &flags) < 0)
		return -1;
	spec->bundle.propagation = flags;
	return 0;
}

static int parse_init_pid(struct spec *spec, const char *const *arguments)
{
	uint64_t pid;
	if (parse_number(arguments[0], 10, INT32_MAX, &pid) < 0)
		return -1;
	spec->bundle.init = (pid_t)pid;
	return 0;
}

static int parse_preserve_fds(struct spec *spec, const char *const *arguments)
{
	return parse_unsigned(arguments[0], &spec->bundle.preserved);
}

static int parse_umask(struct spec *spec, const char *const *arguments)
{
	uint64_t mask;
	if (parse_number(arguments[0], 8, 0777, &mask) < 0)
		return -1;
	spec->bundle.umask = (unsigned)mask;
	return 0;
}

static int parse_namespace_path(struct spec *spec, const char *const *arguments)
{
	static const struct {
		const char *name;
		uint64_t kind;
	} kinds[] = {
		{ "pid", CLONE_NEWPID }, { "ipc", CLONE_NEWIPC },	{ "uts", CLONE_NEWUTS },   { "net", CLONE_NEWNET },
		{ "mount", CLONE_NEWNS }, { "cgroup", CLONE_NEWCGROUP }, { "user", CLONE_NEWUSER },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (strcmp(arguments[0], kinds[i].name) != 0)
			continue;
		/* It is not made anew, whatever it leads to. */
		spec->host_network |= kinds[i].kind == CLONE_NEWNET;
		spec->host_namespaces |= kinds[i].kind;
		return APPEND(&spec->bundle.namespaces, (struct path_namespace){ kinds[i].kind, arguments[1], -1 });
	}
	return bad_value();
}

static int parse_id_map(struct spec *spec, const char *const *arguments)
{
	struct id_map map = { .groups = strcmp(arguments[0], "gid") == 0 };
	if ((!map.groups && strcmp(arguments[0], "uid") != 0) || parse_unsigned(arguments[1], &map.inside) < 0 ||
	    parse_unsigned(arguments[2], &map.outside) < 0 || parse_unsigned(arguments[3], &map.count) < 0)
		return bad_value();
	return APPEND(&spec->bundle.id_maps, map);
}

static int parse_hook(struct spec *spec, const char *const *arguments)
{
	struct hook_spec hook = { .path = arguments[1] };
	hook.when = strcmp(arguments[0], "createContainer") == 0 ? HOOK_CREATE_CONTAINER : HOOK_START_CONTAINER;
	if (hook.when == HOOK_START_CONTAINER && strcmp(arguments[0], "startContainer") != 0)
		return bad_value();
	return parse_unsigned(arguments[2], &hook.timeout) < 0 ? -1 : APPEND(&spec->bundle.hooks, hook);
}

/* Arguments and variables are the last hook's. */
static int parse_hook_arg(struct spec *spec, const char *const *arguments)
{
	size_t count = spec->bundle.hooks.count;
	return count == 0 ? bad_value() : strings_add(&spec->bundle.hooks.items[count - 1].arguments, arguments[0]);
}

static int parse_hook_env(struct spec *spec, const char *const *arguments)
{
	size_t count = spec->bundle.hooks.count;
	return count == 0 ? bad_value() : strings_add(&spec->bundle.hooks.items[count - 1].environment, arguments[0]);
}

const struct directive bundle_directives[] = {
	{ "rootfs", 1, parse_rootfs },
	{ "rootfs-propagation", 1, parse_propagation },
	{ "state-directory", 1, parse_state_directory },
	{ "console-socket", 1, parse_console_socket },
	{ "cgroup-path", 1, parse_cgroup_path },
	{ "init-pid", 1, parse_init_pid },
	{ "preserve-fds", 1, parse_preserve_fds },
	{ "outer-hooks", 1, parse_outer_hooks },
	{ "wait", 1, parse_wait },
	{ "personality", 1, parse_personality },
	{ "umask", 1, parse_umask },
	{ "namespace-path", 2, parse_namespace_path },
	{ "id-map", 4, parse_id_map },
	{ "hook", 3, parse_hook },
	{ "hook-arg", 1, parse_hook_arg },
	{ "hook-env", 1, parse_hook_env },
	{ 0 },
};

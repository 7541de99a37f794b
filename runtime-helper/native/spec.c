#include "spec.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "io.h"

/* Makes room for one more item; dies of nothing: NULL and ENOMEM. */
static void *list_grow(void *items, size_t *count, size_t size)
{
	/* Doubling at each power of two. One place more than counted: lists of strings end in NULL. */
	size_t used = *count;
	if ((used & (used + 1)) == 0) {
		items = realloc(items, (used * 2 + 4) * size);
		if (!items)
			return NULL;
	}
	*count = used + 1;
	return items;
}

#define APPEND(list, ...)                                                                     \
	({                                                                                    \
		void *grown_ = list_grow((list)->items, &(list)->count, sizeof(*(list)->items)); \
		if (grown_) {                                                                 \
			(list)->items = grown_;                                               \
			(list)->items[(list)->count - 1] = (__VA_ARGS__);                     \
		}                                                                             \
		grown_ ? 0 : -1;                                                              \
	})

static int strings_add(struct strings *list, const char *text)
{
	if (APPEND(list, text) < 0)
		return -1;
	list->items[list->count] = NULL;
	return 0;
}

static int bad_value(void)
{
	errno = EINVAL;
	return -1;
}

static int parse_number(const char *text, int base, uint64_t maximum, uint64_t *value)
{
	char *end;
	if (*text == '\0' || *text == '-' || *text == '+' || *text == ' ')
		return bad_value();
	errno = 0;
	unsigned long long number = strtoull(text, &end, base);
	if (errno != 0 || *end != '\0' || number > maximum)
		return bad_value();
	*value = number;
	return 0;
}

static int parse_unsigned(const char *text, unsigned *value)
{
	uint64_t number;
	if (parse_number(text, 10, UINT32_MAX, &number) < 0)
		return -1;
	*value = (unsigned)number;
	return 0;
}

static int parse_flag(const char *text, bool *value)
{
	if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
		return bad_value();
	*value = text[0] == '1';
	return 0;
}

bool is_container_id(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

typedef int parser(struct spec *spec, const char *const *arguments);

#define TEXT_PARSER(name, field)                                                   \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		spec->field = arguments[0];                                        \
		return 0;                                                          \
	}
#define STRINGS_PARSER(name, field)                                                \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		return strings_add(&spec->field, arguments[0]);                    \
	}
#define FLAG_PARSER(name, field)                                                   \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		return parse_flag(arguments[0], &spec->field);                     \
	}

TEXT_PARSER(hostname, hostname)
TEXT_PARSER(label, label)
TEXT_PARSER(cwd, cwd)
TEXT_PARSER(user, user)
TEXT_PARSER(oom_score_adj, oom_score_adj)
STRINGS_PARSER(lower, lowers)
STRINGS_PARSER(overlay_option, overlay_options)
STRINGS_PARSER(mask, masks)
STRINGS_PARSER(readonly, readonly_paths)
STRINGS_PARSER(arg, arguments)
STRINGS_PARSER(env, environment)
STRINGS_PARSER(exit_unlink, exit_unlinks)
FLAG_PARSER(rootfs_readonly, rootfs_readonly)
FLAG_PARSER(no_new_privileges, no_new_privileges)
FLAG_PARSER(gate, gate)
FLAG_PARSER(auto_remove, auto_remove)

static int parse_id(struct spec *spec, const char *const *arguments)
{
	if (!is_container_id(arguments[0]))
		return bad_value();
	spec->id = arguments[0];
	return 0;
}

static int parse_session(struct spec *spec, const char *const *arguments)
{
	if (strlen(arguments[0]) != 16 || strspn(arguments[0], "0123456789abcdef") != 16)
		return bad_value();
	spec->session = arguments[0];
	return 0;
}

static int parse_mount(struct spec *spec, const char *const *arguments)
{
	uint64_t flags;
	if (parse_number(arguments[3], 10, UINT32_MAX, &flags) < 0)
		return -1;
	return APPEND(&spec->mounts, (struct mount_spec){ .kind = MOUNT_FILESYSTEM, .type = arguments[0], .source = arguments[1],
							  .target = arguments[2], .flags = flags, .data = arguments[4] });
}

static int parse_bind(struct spec *spec, const char *const *arguments, int kind)
{
	uint64_t flags;
	if (parse_number(arguments[2], 10, UINT32_MAX, &flags) < 0)
		return -1;
	return APPEND(&spec->mounts,
		      (struct mount_spec){ .kind = kind, .source = arguments[0], .target = arguments[1], .flags = flags });
}

static int parse_bind_store(struct spec *spec, const char *const *arguments)
{
	return is_component(arguments[0]) ? parse_bind(spec, arguments, MOUNT_BIND_STORE) : bad_value();
}

static int parse_bind_host(struct spec *spec, const char *const *arguments)
{
	return arguments[0][0] == '/' ? parse_bind(spec, arguments, MOUNT_BIND_HOST) : bad_value();
}

static int parse_device(struct spec *spec, const char *const *arguments)
{
	struct device_spec device = { .path = arguments[0] };
	uint64_t mode;
	bool character = strcmp(arguments[1], "c") == 0;
	if (!character && strcmp(arguments[1], "b") != 0)
		return bad_value();
	if (parse_unsigned(arguments[2], &device.major) < 0 || parse_unsigned(arguments[3], &device.minor) < 0 ||
	    parse_number(arguments[4], 8, 0777, &mode) < 0)
		return -1;
	device.mode = (mode_t)mode | (character ? S_IFCHR : S_IFBLK);
	return APPEND(&spec->devices, device);
}

static int parse_symlink(struct spec *spec, const char *const *arguments)
{
	return APPEND(&spec->links, (struct link_spec){ .target = arguments[0], .path = arguments[1] });
}

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

static int parse_group(struct spec *spec, const char *const *arguments)
{
	unsigned gid;
	if (parse_unsigned(arguments[0], &gid) < 0)
		return -1;
	return APPEND(&spec->groups, (gid_t)gid);
}

static int parse_capabilities(struct spec *spec, const char *const *arguments)
{
	uint64_t *sets[] = { &spec->capabilities.bounding, &spec->capabilities.effective, &spec->capabilities.permitted,
			     &spec->capabilities.inheritable, &spec->capabilities.ambient };
	for (size_t i = 0; i < ARRAY_LENGTH(sets); i++)
		if (parse_number(arguments[i], 16, UINT64_MAX, sets[i]) < 0)
			return -1;
	return 0;
}

static int parse_seccomp(struct spec *spec, const char *const *arguments)
{
	spec->seccomp = strcmp(arguments[0], "default") == 0;
	return spec->seccomp || strcmp(arguments[0], "unconfined") == 0 ? 0 : bad_value();
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

static int parse_limit(struct spec *spec, const char *const *arguments)
{
	static const struct {
		const char *name;
		int resource;
	} names[] = {
		{ "RLIMIT_AS", RLIMIT_AS },	      { "RLIMIT_CORE", RLIMIT_CORE },	      { "RLIMIT_CPU", RLIMIT_CPU },
		{ "RLIMIT_DATA", RLIMIT_DATA },	      { "RLIMIT_FSIZE", RLIMIT_FSIZE },	      { "RLIMIT_LOCKS", RLIMIT_LOCKS },
		{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK }, { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE }, { "RLIMIT_NICE", RLIMIT_NICE },
		{ "RLIMIT_NOFILE", RLIMIT_NOFILE },   { "RLIMIT_NPROC", RLIMIT_NPROC },	      { "RLIMIT_RSS", RLIMIT_RSS },
		{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },   { "RLIMIT_RTTIME", RLIMIT_RTTIME },     { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
		{ "RLIMIT_STACK", RLIMIT_STACK },
	};
	uint64_t soft, hard;
	if (parse_number(arguments[1], 10, UINT64_MAX, &soft) < 0 || parse_number(arguments[2], 10, UINT64_MAX, &hard) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strcmp(arguments[0], names[i].name) == 0)
			return APPEND(&spec->limits, (struct limit_spec){ names[i].resource, { soft, hard } });
	return bad_value();
}

static int parse_sysctl(struct spec *spec, const char *const *arguments)
{
	/* Dots become slashes below /proc/sys: a slash or ".." would lead elsewhere. */
	if (strchr(arguments[0], '/') || strstr(arguments[0], ".."))
		return bad_value();
	return APPEND(&spec->sysctls, (struct pair_spec){ arguments[0], arguments[1] });
}

static int parse_terminal(struct spec *spec, const char *const *arguments)
{
	spec->terminal = true;
	return parse_unsigned(arguments[0], &spec->columns) < 0 ? -1 : parse_unsigned(arguments[1], &spec->rows);
}

static int parse_stdin(struct spec *spec, const char *const *arguments)
{
	static const char *const modes[] = { [STDIN_NULL] = "null", [STDIN_OPEN] = "open", [STDIN_ONCE] = "once" };
	for (size_t i = 0; i < ARRAY_LENGTH(modes); i++)
		if (strcmp(arguments[0], modes[i]) == 0) {
			spec->stdin_mode = (enum stdin_mode)i;
			return 0;
		}
	return bad_value();
}

static int parse_restart(struct spec *spec, const char *const *arguments)
{
	static const char *const policies[] = { [RESTART_NO] = "no", [RESTART_ALWAYS] = "always", [RESTART_ON_FAILURE] = "on-failure" };
	for (size_t i = 0; i < ARRAY_LENGTH(policies); i++)
		if (strcmp(arguments[0], policies[i]) == 0) {
			spec->restart_policy = (enum restart_policy)i;
			return parse_unsigned(arguments[1], &spec->restart_limit);
		}
	return bad_value();
}

static int parse_event_attributes(struct spec *spec, const char *const *arguments)
{
	/* A line of the journal is one line. */
	if (strchr(arguments[0], '\n'))
		return bad_value();
	spec->event_attributes = arguments[0];
	return 0;
}

static const struct {
	const char *name;
	unsigned arguments;
	parser *parse;
} directives[] = {
	{ "arg", 1, parse_arg },
	{ "env", 1, parse_env },
	{ "id", 1, parse_id },
	{ "session", 1, parse_session },
	{ "hostname", 1, parse_hostname },
	{ "lower", 1, parse_lower },
	{ "overlay-option", 1, parse_overlay_option },
	{ "mount", 5, parse_mount },
	{ "bind-store", 3, parse_bind_store },
	{ "bind-host", 3, parse_bind_host },
	{ "device", 5, parse_device },
	{ "symlink", 2, parse_symlink },
	{ "mask", 1, parse_mask },
	{ "readonly", 1, parse_readonly },
	{ "rootfs-readonly", 1, parse_rootfs_readonly },
	{ "namespace", 2, parse_namespace },
	{ "network", 6, parse_network },
	{ "cwd", 1, parse_cwd },
	{ "user", 1, parse_user },
	{ "group", 1, parse_group },
	{ "capabilities", 5, parse_capabilities },
	{ "no-new-privileges", 1, parse_no_new_privileges },
	{ "seccomp", 1, parse_seccomp },
	{ "device-rule", 5, parse_device_rule },
	{ "rlimit", 3, parse_limit },
	{ "sysctl", 2, parse_sysctl },
	{ "oom-score-adj", 1, parse_oom_score_adj },
	{ "terminal", 2, parse_terminal },
	{ "stdin", 1, parse_stdin },
	{ "gate", 1, parse_gate },
	{ "on-exit-unlink", 1, parse_exit_unlink },
	{ "auto-remove", 1, parse_auto_remove },
	{ "restart", 2, parse_restart },
	{ "event-attributes", 1, parse_event_attributes },
	{ "label", 1, parse_label },
};

/* Index of the directive, or -1. */
static int find_directive(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(directives); i++)
		if (strcmp(name, directives[i].name) == 0)
			return (int)i;
	return -1;
}

int spec_parse(struct spec *spec, const struct request *request, struct failure *failure)
{
	/* Nothing is allowed that was not named. */
	*spec = (struct spec){ .cwd = "/", .user = "0:0", .label = "", .hostname = "", .seccomp = true };
	for (size_t at = 1; at < request->count;) {
		const char *name = request->strings[at++];
		int index = find_directive(name);
		if (index < 0 || request->count - at < directives[index].arguments)
			return fail_with(failure, STAGE_REQUEST, EINVAL, name);
		if (directives[index].parse(spec, &request->strings[at]) < 0)
			return fail(failure, STAGE_REQUEST, name);
		at += directives[index].arguments;
	}
	if (!spec->id || spec->arguments.count == 0)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "id and arg");
	if (!spec->environment.items && !(spec->environment.items = calloc(1, sizeof(char *))))
		return fail(failure, STAGE_REQUEST, "env");
	return 0;
}

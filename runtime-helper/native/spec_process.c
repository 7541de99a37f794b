/* Directives of one process, common to `create` and `exec`: command, identity, confinement, stdio. */
#include <string.h>

#include "io.h"
#include "seccomp.h"
#include "spec_values.h"

STRINGS_PARSER(arg, arguments)
STRINGS_PARSER(env, environment)
TEXT_PARSER(cwd, cwd)
TEXT_PARSER(user, user)
TEXT_PARSER(apparmor, apparmor)
STRINGS_PARSER(group, group_names)
FLAG_PARSER(init, init)
TEXT_PARSER(oom_score_adj, oom_score_adj)
FLAG_PARSER(no_new_privileges, no_new_privileges)

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

/* struct sock_filter after struct sock_filter, in hex: code u16, jt u8, jf u8, k u32. The kernel says whether they are a program. */
static int parse_seccomp_program(struct spec *spec, const char *const *arguments)
{
	size_t length = strlen(arguments[0]);
	if (length == 0 || length % 16 != 0 || length / 16 > SECCOMP_MAX_INSTRUCTIONS)
		return bad_value();
	for (const char *at = arguments[0]; *at; at += 16) {
		char word[17] = { 0 };
		uint64_t value;
		memcpy(word, at, 16);
		if (parse_number(word, 16, UINT64_MAX, &value) < 0)
			return -1;
		struct sock_filter instruction = { (uint16_t)(value >> 48), (uint8_t)(value >> 40), (uint8_t)(value >> 32),
						   (uint32_t)value };
		if (APPEND(&spec->seccomp_program, instruction) < 0)
			return -1;
	}
	spec->seccomp = true;
	return 0;
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

const struct directive process_directives[] = {
	{ "arg", 1, parse_arg },
	{ "env", 1, parse_env },
	{ "cwd", 1, parse_cwd },
	{ "user", 1, parse_user },
	{ "group", 1, parse_group },
	{ "capabilities", 5, parse_capabilities },
	{ "apparmor", 1, parse_apparmor },
	{ "init", 1, parse_init },
	{ "no-new-privileges", 1, parse_no_new_privileges },
	{ "seccomp", 1, parse_seccomp },
	{ "seccomp-program", 1, parse_seccomp_program },
	{ "rlimit", 3, parse_limit },
	{ "oom-score-adj", 1, parse_oom_score_adj },
	{ "terminal", 2, parse_terminal },
	{ "stdin", 1, parse_stdin },
	{ 0 },
};

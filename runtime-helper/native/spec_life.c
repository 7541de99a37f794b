/* Directives of who a container is, and what its monitor does. */
#include <sched.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"
#include "volume.h"

TEXT_PARSER(label, label)
STRINGS_PARSER(exit_unlink, exit_unlinks)
STRINGS_PARSER(health_arg, health.arguments)
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

static int parse_exit_volume(struct spec *spec, const char *const *arguments)
{
	return is_volume_name(arguments[0]) ? strings_add(&spec->exit_volumes, arguments[0]) : bad_value();
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

/* INTERVAL TIMEOUT START-PERIOD START-INTERVAL RETRIES */
static int parse_health(struct spec *spec, const char *const *arguments)
{
	struct health_spec *health = &spec->health;
	uint64_t *times[] = { &health->interval, &health->timeout, &health->start_period, &health->start_interval };
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++)
		if (parse_number(arguments[i], 10, INT64_MAX / 2, times[i]) < 0)
			return -1;
	/* Without a pause between two checks nothing else would be done. */
	if (health->interval == 0 || health->start_interval == 0)
		return bad_value();
	return parse_unsigned(arguments[4], &health->retries);
}

/* A line of the journal is one line. */
static bool is_line(const char *text)
{
	return !strchr(text, '\n');
}

int use_parse(struct spec *spec, const char *const *arguments)
{
	for (size_t i = 0; i < USE_ARGUMENTS; i++)
		if (!is_line(arguments[i]))
			return bad_value();
	return APPEND(&spec->uses, ((struct use_spec){ .type = arguments[0], .id = arguments[1],
						       .begin = arguments[2], .begin_attributes = arguments[3],
						       .end = arguments[4], .end_attributes = arguments[5] }));
}

static int parse_event_attributes(struct spec *spec, const char *const *arguments)
{
	if (!is_line(arguments[0]))
		return bad_value();
	spec->event_attributes = arguments[0];
	return 0;
}

static int parse_health_words(struct spec *spec, const char *const *arguments)
{
	if (!is_line(arguments[0]))
		return bad_value();
	spec->health.words = arguments[0];
	return 0;
}

static int parse_log(struct spec *spec, const char *const *arguments)
{
	spec->log_discarded = strcmp(arguments[0], "none") == 0;
	if (!spec->log_discarded && strcmp(arguments[0], "file") != 0)
		return bad_value();
	return parse_number(arguments[1], 10, INT64_MAX, &spec->log_max_size) < 0 ? -1 : parse_unsigned(arguments[2], &spec->log_max_files);
}

static int parse_join(struct spec *spec, const char *const *arguments)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{ "mount", CLONE_NEWNS },  { "pid", CLONE_NEWPID },   { "uts", CLONE_NEWUTS },	     { "ipc", CLONE_NEWIPC },
		{ "net", CLONE_NEWNET },   { "user", CLONE_NEWUSER }, { "cgroup", CLONE_NEWCGROUP },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (strcmp(arguments[0], kinds[i].name) == 0) {
			spec->joins |= kinds[i].flag;
			return 0;
		}
	return bad_value();
}

const struct directive life_directives[] = {
	{ "id", 1, parse_id },
	{ "session", 1, parse_session },
	{ "join", 1, parse_join },
	{ "log", 3, parse_log },
	{ "gate", 1, parse_gate },
	{ "on-exit-unlink", 1, parse_exit_unlink },
	{ "on-exit-remove-volume", 1, parse_exit_volume },
	{ "auto-remove", 1, parse_auto_remove },
	{ "restart", 2, parse_restart },
	{ "health", 5, parse_health },
	{ "health-arg", 1, parse_health_arg },
	{ "health-words", 1, parse_health_words },
	{ "event-attributes", 1, parse_event_attributes },
	{ "event-use", USE_ARGUMENTS, use_parse },
	{ "label", 1, parse_label },
	{ 0 },
};

/* Directives of containers whose processes another OCI runtime makes. */
#include <string.h>

#include "spec_values.h"

STRINGS_PARSER(option, runtime.options)
FLAG_PARSER(placed, runtime.placed)
FLAG_PARSER(hides_unified, runtime.hides_unified)

static int parse_path(struct spec *spec, const char *const *arguments)
{
	if (arguments[0][0] != '/')
		return bad_value();
	spec->runtime.path = arguments[0];
	return 0;
}

static int parse_process(struct spec *spec, const char *const *arguments)
{
	memcpy(spec->runtime.process, arguments, sizeof(spec->runtime.process));
	return 0;
}

static int parse_check(struct spec *spec, const char *const *arguments)
{
	memcpy(spec->runtime.check, arguments, sizeof(spec->runtime.check));
	return 0;
}

const struct directive runtime_directives[] = {
	{ "runtime", 1, parse_path },
	{ "runtime-option", 1, parse_option },
	{ "runtime-placed", 1, parse_placed },
	{ "runtime-hides-unified", 1, parse_hides_unified },
	{ "runtime-process", 3, parse_process },
	{ "runtime-check", 3, parse_check },
	{ 0 },
};

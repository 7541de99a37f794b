#include "spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "spec_values.h"

bool is_container_id(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* The longest lists first: their directives come most often. */
static const struct directive *const tables[] = { process_directives, filesystem_directives, isolation_directives, network_directives,
						  life_directives,    bundle_directives,	   runtime_directives };

static const struct directive *find_directive(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
		for (const struct directive *directive = tables[i]; directive->name; directive++)
			if (strcmp(name, directive->name) == 0)
				return directive;
	return NULL;
}

int spec_parse_next(struct spec *spec, const struct request *request, size_t *at, struct failure *failure)
{
	const char *name = request->strings[(*at)++];
	const struct directive *directive = find_directive(name);
	if (!directive || request->count - *at < directive->arguments)
		return fail_with(failure, STAGE_REQUEST, EINVAL, name);
	if (directive->parse(spec, &request->strings[*at]) < 0)
		return fail(failure, STAGE_REQUEST, name);
	*at += directive->arguments;
	return 0;
}

int spec_parse_any(struct spec *spec, const struct request *request, struct failure *failure)
{
	/* Nothing is allowed that was not named. */
	*spec = (struct spec){ .cwd = "/", .user = "0:0", .label = "", .hostname = "", .seccomp = true,
				.bundle = { .umask = 0022, .start_fd = -1, .directory_fd = -1 } };
	for (size_t at = 1; at < request->count;)
		if (spec_parse_next(spec, request, &at, failure) < 0)
			return -1;
	return spec->id ? 0 : fail_with(failure, STAGE_REQUEST, EINVAL, "id");
}

int spec_parse(struct spec *spec, const struct request *request, struct failure *failure)
{
	if (spec_parse_any(spec, request, failure) < 0)
		return -1;
	if (spec->arguments.count == 0)
		return fail_with(failure, STAGE_REQUEST, EINVAL, "arg");
	if (!spec->environment.items && !(spec->environment.items = calloc(1, sizeof(char *))))
		return fail(failure, STAGE_REQUEST, "env");
	return 0;
}

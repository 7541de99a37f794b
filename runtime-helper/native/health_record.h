/* What came of a health check, and the file `health` in a container's folder that tells of the last ones. */
#ifndef SKIFF_HEALTH_RECORD_H
#define SKIFF_HEALTH_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "container.h"
#include "errors.h"
#include "health.h"
#include "io.h"

/* As Docker: what is more is cut. */
#define HEALTH_MOST_OUTPUT 4096

struct health_result {
	struct time_text begun;
	int exit_code;
	bool timed_out, failed; /* it could not be run: the output says why */
	char output[HEALTH_MOST_OUTPUT + 4];
	size_t length;
};

void health_result_add(struct health_result *result, const char *bytes, size_t length);
void health_result_fail(struct health_result *result, const struct failure *failure);
bool health_result_passed(const struct health_result *result);

/* Adds a result to the file, whose first line says how the container is. */
void health_record(const struct container *container, const struct health *health, const struct health_result *result);

#endif

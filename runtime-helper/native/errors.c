#include "errors.h"

#include <errno.h>
#include <stdio.h>

int fail_with(struct failure *failure, const char *stage, int error, const char *object)
{
	snprintf(failure->stage, sizeof(failure->stage), "%s", stage);
	snprintf(failure->object, sizeof(failure->object), "%s", object ? object : "");
	failure->error = error;
	return -1;
}

int fail(struct failure *failure, const char *stage, const char *object)
{
	return fail_with(failure, stage, errno, object);
}

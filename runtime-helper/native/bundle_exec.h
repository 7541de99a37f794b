/* skiff-oci exec. */
#ifndef SKIFF_BUNDLE_EXEC_H
#define SKIFF_BUNDLE_EXEC_H

#include "request.h"

/* Starts one more process in the container that the request names, and tells of it over `channel`: the exit status. */
int bundle_exec(int channel, const struct request *request);

#endif

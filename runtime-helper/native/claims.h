/* What a container has claimed while it runs: symbolic links in the store to its id. */
#ifndef SKIFF_CLAIMS_H
#define SKIFF_CLAIMS_H

#include "container.h"

/* Gives back those of the request, and those that the file `claims` has got since: a path below ROOT a line. */
void claims_release(const struct container *container);

#endif

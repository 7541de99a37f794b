/* Starting the helper that serves `skiff`. */
#ifndef SKIFF_FRONT_LAUNCH_H
#define SKIFF_FRONT_LAUNCH_H

#include "front_store.h"

#define HELPER_LOG_NAME "helper.log"

/* Returns when Node has been exec'ed, with the listener as its fd 3. `run` is the run directory. -1 after a message. */
int front_launch(const struct front_store *store, int run, int listener);

#endif

/* What a monitor leaves on disk for those who ask later: ARCHITECTURE.md, State on disk. */
#ifndef SKIFF_RECORDS_H
#define SKIFF_RECORDS_H

#include "container.h"

/* `state/<id>` while the monitor lives: "running", "paused" or "restarting". */
void record_state(const struct container *container, const char *status);
/* One line in the store's journal. `detail` are more members of `attributes`, each followed by a comma. */
void record_event(const struct container *container, const char *action, const char *detail);
/* exit.json */
void record_exit(const struct container *container, const struct ending *ending);
/* All that is true when the container has ended for good. The lock is given up last. */
void record_end(struct container *container, const struct ending *ending);

#endif

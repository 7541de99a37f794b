/* What a monitor leaves on disk for those who ask later: ARCHITECTURE.md, State on disk. */
#ifndef SKIFF_RECORDS_H
#define SKIFF_RECORDS_H

#include "container.h"

/* `state/<id>` while the monitor lives: "running", "paused" or "restarting". */
void record_state(const struct container *container, const char *status);
/* One line in the store's journal. `detail` are more members of `attributes`. */
void record_event(struct container *container, const char *action, const char *detail);
/* The same of a container that is another monitor's; `run_fd` is its run directory. */
void record_event_of(const struct store *store, struct spec *spec, int run_fd, const char *action, const char *detail);
/* A life of PID 1 has begun, has ended: what the journal says of it and of what it uses, in one write. */
void record_begin(struct container *container);
void record_die(struct container *container, const struct ending *ending);
/* exit.json */
void record_exit(const struct container *container, const struct ending *ending);
/* All that is true when the container has ended for good, the lock given up last; one that removes itself is gone for everybody. */
void record_end(struct container *container, const struct ending *ending);
/* What a container that removed itself has left behind: nobody waits for it. */
void record_sweep(struct container *container);

#endif

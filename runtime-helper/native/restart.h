/* The restart policy: whether PID 1 is started once more when it has ended, and after how long. */
#ifndef SKIFF_RESTART_H
#define SKIFF_RESTART_H

#include <stdbool.h>
#include <stdint.h>

enum restart_policy { RESTART_NO, RESTART_ALWAYS, RESTART_ON_FAILURE };

struct restart {
	enum restart_policy policy;
	unsigned limit; /* of RESTART_ON_FAILURE; 0: none */
	unsigned count; /* restarts since a person started it */
	uint64_t delay_ms; /* of the last one */
};

/* True when an end with this code is to be followed by a restart. */
bool restart_wanted(const struct restart *restart, int exit_code);
/* Counts one more restart, after PID 1 has run for `ran_ms`: milliseconds to wait for it. */
uint64_t restart_next_delay(struct restart *restart, uint64_t ran_ms);

#endif

#include "restart.h"

/* As Docker's restart manager has it: 100 ms, doubled up to a minute, and from the start again after 10 s of life. */
#define FIRST_DELAY_MS 100
#define LONGEST_DELAY_MS (60 * 1000)
#define HEALTHY_MS (10 * 1000)

bool restart_wanted(const struct restart *restart, int exit_code)
{
	switch (restart->policy) {
	case RESTART_ALWAYS:
		return true;
	case RESTART_ON_FAILURE:
		return exit_code != 0 && (restart->limit == 0 || restart->count < restart->limit);
	case RESTART_NO:
		break;
	}
	return false;
}

uint64_t restart_next_delay(struct restart *restart, uint64_t ran_ms)
{
	if (ran_ms >= HEALTHY_MS || restart->delay_ms == 0)
		restart->delay_ms = FIRST_DELAY_MS;
	else
		restart->delay_ms *= 2;
	if (restart->delay_ms > LONGEST_DELAY_MS)
		restart->delay_ms = LONGEST_DELAY_MS;
	restart->count++;
	return restart->delay_ms;
}

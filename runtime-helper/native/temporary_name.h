/* Names for what is not complete yet, or on its way out, which say whose it is. */
#ifndef SKIFF_TEMPORARY_NAME_H
#define SKIFF_TEMPORARY_NAME_H

struct temporary_name {
	char text[128];
};

/* ".NAME.PID-BIRTH-COUNT.tmp", of NAME at most 64 characters: the helper, which makes such names too, sweeps those of the dead
 * (lib/temporary-file.ts). */
struct temporary_name temporary_name(const char *name);

/* When this process was started, in clock ticks since boot: with the pid a name that no other process ever has (proc_pid_stat(5), field 22). */
unsigned long long own_birth(void);

#endif

/* CVE-2019-5736: what a container can reach of the program that joins it. */
#ifndef SKIFF_SEALED_COPY_H
#define SKIFF_SEALED_COPY_H

/* Continues from a sealed copy of the program in memory, with no environment but the caller's uid. Returns when it is one; where there can be
 * none the process ends, with a word on stderr. */
void run_from_sealed_copy(char *const *arguments);

#endif

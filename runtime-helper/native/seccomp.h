#ifndef SKIFF_SECCOMP_H
#define SKIFF_SECCOMP_H

/* Installs a filter of the effect of Docker's default profile on the calling process. Returns 0, or -1 with errno. */
int seccomp_install(void);

#endif

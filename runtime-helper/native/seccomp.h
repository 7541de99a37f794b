#ifndef SKIFF_SECCOMP_H
#define SKIFF_SECCOMP_H

#include <linux/filter.h>
#include <stddef.h>

#define SECCOMP_MAX_INSTRUCTIONS 4096

/* The same with a filter that was made elsewhere. */
int seccomp_install_program(struct sock_filter *code, size_t count);

/* Installs a filter of the effect of Docker's default profile on the calling process. Returns 0, or -1 with errno. */
int seccomp_install(void);

#endif

/* The program that lets a cgroup's processes at the devices that its rules allow, and at no others. */
#ifndef SKIFF_DEVICE_PROGRAM_H
#define SKIFF_DEVICE_PROGRAM_H

#include <stddef.h>

#include "spec.h"

#define MAX_DEVICE_RULES 128
/* Bytes of code. */
#define MAX_DEVICE_PROGRAM 8256

/* -1 and errno, or 0. */
int device_program_attach(int cgroup, const struct spec *spec);
/* In the spawner: for the workers that it forks from now on. `fd` is given away. */
void device_program_keep(const void *code, size_t size, int fd);

#endif

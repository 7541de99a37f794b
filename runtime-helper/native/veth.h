/* What the host's ends of a container's veth pairs are called: "sv", the first 12 digits of its id, and one more hexadecimal digit for its
 * second network and those that follow. The kernel takes a pair away some time after its namespace has gone: a container that starts again at
 * once finds the name of its last life's still there, and to delete that takes as long as to wait for it. Then the new one is called by a
 * letter from `g` on: `g` for the first network. */
#ifndef SKIFF_VETH_H
#define SKIFF_VETH_H

#include <net/if.h>
#include <stdbool.h>

#define VETH_PREFIX "sv"
#define VETH_ID_DIGITS 12
/* A container's networks at once. */
#define VETH_MOST 16

/* The name for its network `index`, or, from VETH_MOST on, the other one for `index` - VETH_MOST. */
void veth_name(char name[IFNAMSIZ], const char *id, unsigned index);
/* Whether it is one of a container's: no interface of the host's own can be meant. */
bool veth_is_of(const char *name, const char *id);
/* The other name for the same network. */
void veth_other(char other[IFNAMSIZ], const char *name);

#endif

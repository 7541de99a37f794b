#include "veth.h"

#include <stdio.h>
#include <string.h>

/* None, 1 to f, g to v. */
static const char suffixes[2 * VETH_MOST + 1] = " 123456789abcdefghijklmnopqrstuv";

void veth_name(char name[IFNAMSIZ], const char *id, unsigned index)
{
	const char suffix[] = { suffixes[index % (2 * VETH_MOST)], '\0' };
	snprintf(name, IFNAMSIZ, VETH_PREFIX "%.*s%s", VETH_ID_DIGITS, id, *suffix == ' ' ? "" : suffix);
}

/* -1: it is none. */
static int index_of(const char *name)
{
	const size_t length = strlen(name), stem = strlen(VETH_PREFIX) + VETH_ID_DIGITS;
	const char *suffix = length == stem ? suffixes : length == stem + 1 && name[stem] != ' ' ? strchr(suffixes, name[stem]) : NULL;
	return suffix ? (int)(suffix - suffixes) : -1;
}

bool veth_is_of(const char *name, const char *id)
{
	const size_t prefix = strlen(VETH_PREFIX);
	return index_of(name) >= 0 && strncmp(name, VETH_PREFIX, prefix) == 0 && strncmp(name + prefix, id, VETH_ID_DIGITS) == 0;
}

void veth_other(char other[IFNAMSIZ], const char *name)
{
	veth_name(other, name + strlen(VETH_PREFIX), (unsigned)index_of(name) + VETH_MOST);
}

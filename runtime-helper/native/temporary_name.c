#include "temporary_name.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

struct temporary_name temporary_name(const char *name)
{
	static unsigned count;
	struct temporary_name result;
	snprintf(result.text, sizeof(result.text), ".%.64s.%d-%llu-%012x.tmp", name, (int)getpid(), own_birth(), count++);
	return result;
}

static unsigned long long read_birth(void)
{
	char text[512];
	unsigned long long birth = 0;
	CLEANUP_CLOSE int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read_full(fd, text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	/* The name in parentheses, field 2, could have spaces. */
	const char *at = strrchr(text, ')');
	for (int field = 3; at && field <= 22; field++)
		if ((at = strchr(at, ' ')))
			at++;
	if (at)
		birth = strtoull(at, NULL, 10);
	return birth;
}

/* A fork has its own. */
unsigned long long own_birth(void)
{
	static unsigned long long known;
	static pid_t whose;
	if (whose != getpid()) {
		known = read_birth();
		whose = getpid();
	}
	return known;
}

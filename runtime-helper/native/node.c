#include "node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int path_in_dist(char path[PATH_MAX], const char *name)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length < 0)
		return -1;
	program[length] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(program, '/');
		if (slash)
			*slash = '\0';
	}
	int written = snprintf(path, PATH_MAX, "%s/%s", program, name);
	if (written < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

const char *find_node(char scratch[PATH_MAX])
{
	const char *named = getenv("SKIFF_NODE");
	if (named && named[0] != '\0')
		return named;
	return path_in_dist(scratch, "node") == 0 && access(scratch, X_OK) == 0 ? scratch : "node";
}

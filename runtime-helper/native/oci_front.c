/* skiff-oci on the command line: all of it is dist/oci.js, which reads the bundle's JSON. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "io.h"
#include "node.h"

static int explain(const char *what, int error)
{
	dprintf(STDERR_FILENO, "skiff-oci: %s: %s\n", what, strerror(error));
	return 1;
}

int oci_front(int argc, char **argv)
{
	static const char *const foreign[] = { "NODE_OPTIONS", "NODE_CHANNEL_FD", "VSCODE_INSPECTOR_OPTIONS" };
	/* Callers start runtimes with little in their environment. */
	static const char *const places[] = { "/usr/local/bin/node", "/usr/bin/node" };
	char program[PATH_MAX], script[PATH_MAX], beside[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length < 0)
		return explain("/proc/self/exe", errno);
	program[length] = '\0';
	if (path_in_dist(script, "oci.js") < 0 || access(script, R_OK) < 0)
		return explain(script, errno);
	CLEANUP_FREE char **arguments = calloc((size_t)argc + 2, sizeof(char *));
	const char *node = find_node(beside);
	if (!arguments)
		return explain("memory", errno);
	arguments[0] = "node";
	arguments[1] = script;
	memcpy(arguments + 2, argv + 1, (size_t)(argc - 1) * sizeof(char *));
	for (size_t i = 0; i < ARRAY_LENGTH(foreign); i++)
		unsetenv(foreign[i]);
	setenv("ELECTRON_RUN_AS_NODE", "1", 1);
	setenv("SKIFF_NATIVE", program, 1);
	execvp(node, arguments);
	for (size_t i = 0; strcmp(node, "node") == 0 && i < ARRAY_LENGTH(places); i++)
		execv(places[i], arguments);
	return explain("there is no `node` on PATH: install Node.js 22.15 or newer, or name one in SKIFF_NODE", errno);
}

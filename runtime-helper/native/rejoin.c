#include "rejoin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "spec_values.h"

#define FILE_NAME "networks"
#define MOST_BYTES 8192

static int take_line(struct spec *spec, char *line)
{
	const char *arguments[NETWORK_ARGUMENTS];
	struct network_spec network;
	size_t count = 0;
	for (char *rest = line, *word; (word = strsep(&rest, "\t"));) {
		if (count == NETWORK_ARGUMENTS)
			return bad_value();
		arguments[count++] = word;
	}
	if (count != NETWORK_ARGUMENTS)
		return bad_value();
	return network_spec_parse(arguments, &network) < 0 ? -1 : APPEND(&spec->networks, network);
}

int rejoin_networks(struct spec *spec, int run_fd, struct failure *failure)
{
	CLEANUP_CLOSE int fd = open_beneath(run_fd, FILE_NAME, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(failure, STAGE_NETWORK, FILE_NAME);
	/* The networks point into it. A container has few lives in which this has changed. */
	char *text = malloc(MOST_BYTES);
	ssize_t length = text ? read_full(fd, text, MOST_BYTES - 1) : -1;
	if (length < 0) {
		free(text);
		return fail(failure, STAGE_NETWORK, FILE_NAME);
	}
	text[length] = '\0';
	spec->networks.count = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (*line && take_line(spec, line) < 0)
			return fail(failure, STAGE_NETWORK, FILE_NAME);
	/* Only once: what it says holds until it says something else. */
	unlinkat(run_fd, FILE_NAME, 0);
	return 0;
}

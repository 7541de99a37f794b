#include "run_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "spec_values.h"

#define ATTRIBUTES "attributes"
#define MOST_BYTES (32 * 1024)
#define MOST_WORDS NETWORK_ARGUMENTS

/* NULL with errno. It is never given back: the spec points into it. */
static char *read_text(int run_fd, const char *name)
{
	CLEANUP_CLOSE int fd = open_beneath(run_fd, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return NULL;
	char *text = malloc(MOST_BYTES);
	ssize_t length = text ? read_full(fd, text, MOST_BYTES - 1) : -1;
	if (length < 0) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

/* The same of a file that is gone then: a container has few lives in which this has changed. */
static char *take_text(int run_fd, const char *name)
{
	char *text = read_text(run_fd, name);
	if (text)
		unlinkat(run_fd, name, 0);
	return text;
}

static int take_network(struct spec *spec, const char *const *arguments)
{
	struct network_spec network;
	return network_spec_parse(arguments, &network) < 0 ? -1 : APPEND(&spec->networks, network);
}

static void forget_networks(struct spec *spec)
{
	spec->networks.count = 0;
}

static void forget_resources(struct spec *spec)
{
	spec->resources.count = 0;
}

static void forget_uses(struct spec *spec)
{
	spec->uses.count = 0;
}

static const struct run_file {
	const char *name, *stage;
	size_t words;
	parser *take;
	void (*forget)(struct spec *spec);
} files[] = {
	{ "networks", STAGE_NETWORK, NETWORK_ARGUMENTS, take_network, forget_networks },
	{ "resources", STAGE_RESOURCE, RESOURCE_ARGUMENTS, resource_parse, forget_resources },
	{ "uses", STAGE_STORE, USE_ARGUMENTS, use_parse, forget_uses },
};
#define USES (&files[2])

static int take_line(struct spec *spec, char *line, size_t words, parser *take)
{
	const char *arguments[MOST_WORDS];
	size_t count = 0;
	for (char *rest = line, *word; (word = strsep(&rest, "\t"));) {
		if (count == words)
			return bad_value();
		arguments[count++] = word;
	}
	return count == words ? take(spec, arguments) : bad_value();
}

static int take_file(struct spec *spec, int run_fd, const struct run_file *file, struct failure *failure)
{
	char *rest = take_text(run_fd, file->name);
	if (!rest && errno == ENOENT)
		return 0;
	if (!rest)
		return fail(failure, file->stage, file->name);
	file->forget(spec);
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && take_line(spec, line, file->words, file->take) < 0)
			return fail(failure, file->stage, file->name);
	return 0;
}

int run_files_take(struct spec *spec, int run_fd, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		if (take_file(spec, run_fd, &files[i], failure) < 0)
			return -1;
	return 0;
}

void run_files_take_uses(struct spec *spec, int run_fd)
{
	struct failure failure;
	if (take_file(spec, run_fd, USES, &failure) < 0)
		return;
}

void run_files_forget(int run_fd)
{
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		unlinkat(run_fd, files[i].name, 0);
	unlinkat(run_fd, ATTRIBUTES, 0);
}

/* A line of the journal is one line. */
static void use_attributes(struct spec *spec, char *text)
{
	if (text && !strchr(text, '\n'))
		spec->event_attributes = text;
}

void run_files_take_attributes(struct spec *spec, int run_fd)
{
	use_attributes(spec, run_fd < 0 ? NULL : take_text(run_fd, ATTRIBUTES));
}

void run_files_read_attributes(struct spec *spec, int run_fd)
{
	use_attributes(spec, run_fd < 0 ? NULL : read_text(run_fd, ATTRIBUTES));
}

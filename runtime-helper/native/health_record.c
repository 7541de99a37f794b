#include "health_record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "health"
#define MOST_ENTRIES 5
#define MOST_LINE (2 * sizeof(((struct health_result *)0)->output) + 128)
#define MOST_BYTES ((MOST_ENTRIES + 1) * MOST_LINE)

void health_result_add(struct health_result *result, const char *bytes, size_t length)
{
	const size_t room = HEALTH_MOST_OUTPUT - (result->length < HEALTH_MOST_OUTPUT ? result->length : HEALTH_MOST_OUTPUT);
	if (result->length > HEALTH_MOST_OUTPUT)
		return;
	memcpy(result->output + result->length, bytes, length < room ? length : room);
	result->length += length < room ? length : room;
	if (length <= room)
		return;
	memcpy(result->output + result->length, "...", 3);
	result->length += 3;
}

void health_result_fail(struct health_result *result, const struct failure *failure)
{
	result->failed = true;
	result->length = (size_t)snprintf(result->output, sizeof(result->output), "%s %d %s", failure->stage, failure->error, failure->object);
}

bool health_result_passed(const struct health_result *result)
{
	return !result->timed_out && !result->failed && result->exit_code == 0;
}

/* `RESULT BEGUN ENDED OUTPUT-IN-HEX` */
static size_t format_entry(const struct health_result *result, char *line)
{
	char code[16];
	snprintf(code, sizeof(code), "%d", result->exit_code);
	int length = sprintf(line, "%s %s %s ", result->timed_out ? "timeout" : result->failed ? "error" : code, result->begun.text,
			     format_now(9).text);
	for (size_t i = 0; i < result->length; i++)
		length += sprintf(line + length, "%02x", (unsigned char)result->output[i]);
	length += sprintf(line + length, "\n");
	return (size_t)length;
}

/* The entries that stay, of those that are there. */
static const char *last_entries(char *text)
{
	size_t count = 0;
	char *at = strchr(text, '\n');
	if (!at)
		return "";
	for (const char *line = at + 1; (line = strchr(line, '\n')); line++)
		count++;
	for (at++; count >= MOST_ENTRIES; count--)
		at = strchr(at, '\n') + 1;
	return at;
}

void health_record(const struct container *container, const struct health *health, const struct health_result *result)
{
	const struct store *store = container->store;
	CLEANUP_FREE char *before = calloc(1, MOST_BYTES + 1);
	CLEANUP_FREE char *text = malloc(2 * MOST_BYTES);
	/* The folder is the user's: what is no file of ours is not waited for. */
	CLEANUP_CLOSE int fd = open_beneath(container->container_fd, FILE_NAME, O_RDONLY | O_NONBLOCK, 0);
	if (!before || !text || (fd >= 0 && read_full(fd, before, MOST_BYTES) < 0))
		return;
	int length = snprintf(text, 2 * MOST_BYTES - MOST_LINE, "%s %u\n%s", health_word(health->status), health->failing_streak,
			      last_entries(before));
	if (length >= (int)(2 * MOST_BYTES - MOST_LINE))
		return;
	format_entry(result, text + length);
	if (write_atomic(container->container_fd, FILE_NAME, text, 0644, store->owner_uid, store->owner_gid) < 0)
		return;
}

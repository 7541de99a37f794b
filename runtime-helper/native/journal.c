#include "journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define MAX_EVENT 4096
/* Keep in step with runtime-helper/engine/journal.ts. */
#define MAX_JOURNAL (1024 * 1024)

/* As helpers do: where health checks alone write, there may be none for long. */
static void put_aside(const struct store *store)
{
	struct stat status;
	CLEANUP_CLOSE int events = open_beneath(store->root_fd, "events", O_RDONLY | O_DIRECTORY, 0);
	if (events >= 0 && fstatat(events, "0.log", &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_size > MAX_JOURNAL)
		renameat(events, "0.log", events, "1.log");
}

/* The file is the user's: a link to another one, or a device, is not written to. */
static int open_journal(const struct store *store)
{
	put_aside(store);
	struct stat status;
	CLEANUP_CLOSE int fd = open_beneath(store->root_fd, "events/0.log", O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0644);
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1)
		return -1;
	if (store->owner_uid != 0 && status.st_uid != store->owner_uid && fchown(fd, store->owner_uid, store->owner_gid) < 0)
		return -1;
	return take_fd(&fd);
}

void journal_write(struct journal *journal)
{
	CLEANUP_CLOSE int fd = journal->length == 0 ? -1 : open_journal(journal->store);
	/* One write(2) with O_APPEND: lines of several writers do not mix. */
	if (fd >= 0 && write_full(fd, journal->text, journal->length) < 0)
		fd = -1;
	journal->length = 0;
}

void journal_add(struct journal *journal, const char *type, const char *action, const char *id, const char *detail,
		 const char *attributes)
{
	if (sizeof(journal->text) - journal->length < MAX_EVENT)
		journal_write(journal);
	char *line = journal->text + journal->length;
	detail = detail ? detail : "";
	attributes = attributes ? attributes : "";
	int length = snprintf(line, MAX_EVENT, "{\"time\":\"%s\",\"type\":\"%s\",\"action\":\"%s\",\"id\":\"%s\",\"attributes\":{%s%s%s}}\n",
			      format_now(9).text, type, action, id, detail, *detail && *attributes ? "," : "", attributes);
	/* One that is too long is none. */
	if (length > 0 && length < MAX_EVENT)
		journal->length += (size_t)length;
}

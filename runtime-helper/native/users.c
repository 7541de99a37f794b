#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define MAX_FILE (1024 * 1024)
#define MAX_FIELDS 7

/* The whole file with a NUL behind it; NULL when there is none. A FIFO must not stop us, nor a huge file eat memory. */
static char *read_table(const char *path)
{
	/* Nor lead to the host's by way of a process of its. */
	CLEANUP_CLOSE int fd = open_resolved(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, RESOLVE_NO_MAGICLINKS);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > MAX_FILE)
		return NULL;
	char *text = malloc((size_t)status.st_size + 1);
	ssize_t length = text ? read_full(fd, text, (size_t)status.st_size) : -1;
	if (length < 0) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

/* Cuts the next line off `*rest` and splits it at colons; the number of fields, or -1 at the end. */
static int next_entry(char **rest, char *fields[MAX_FIELDS])
{
	char *line = *rest;
	if (!line || *line == '\0')
		return -1;
	char *end = strchr(line, '\n');
	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	int count = 0;
	while (count < MAX_FIELDS) {
		fields[count++] = line;
		line = strchr(line, ':');
		if (!line)
			break;
		*line++ = '\0';
	}
	return count;
}

static bool parse_id(const char *text, unsigned *id)
{
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	/* -1 means "leave as it is" to setresuid(2). */
	if (errno != 0 || *end != '\0' || number >= UINT32_MAX)
		return false;
	*id = (unsigned)number;
	return true;
}

/* Fills uid, gid and home; returns the user's name for the table of groups (malloc'ed), or NULL when he has no entry. */
static char *find_user(const char *user, struct identity *identity, bool *found)
{
	CLEANUP_FREE char *table = read_table("/etc/passwd");
	unsigned wanted;
	bool numeric = parse_id(user, &wanted);
	char *rest = table;
	char *fields[MAX_FIELDS];
	int count;
	while ((count = next_entry(&rest, fields)) >= 0) {
		unsigned uid, gid;
		if (count < 6 || !parse_id(fields[2], &uid) || !parse_id(fields[3], &gid))
			continue;
		if (strcmp(fields[0], user) != 0 && !(numeric && uid == wanted))
			continue;
		identity->uid = uid;
		identity->gid = gid;
		if (fields[5][0] == '/')
			snprintf(identity->home, sizeof(identity->home), "%s", fields[5]);
		*found = true;
		return strdup(fields[0]);
	}
	if (numeric)
		identity->uid = wanted;
	*found = numeric;
	return NULL;
}

static bool is_member(const char *members, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = members; *at;) {
		size_t size = strcspn(at, ",");
		if (size == length && strncmp(at, name, size) == 0)
			return true;
		at += size + (at[size] == ',');
	}
	return false;
}

static void add_groups_of(const char *name, struct identity *identity)
{
	CLEANUP_FREE char *table = read_table("/etc/group");
	char *rest = table;
	char *fields[MAX_FIELDS];
	int count;
	while ((count = next_entry(&rest, fields)) >= 0) {
		unsigned gid;
		if (count < 4 || !parse_id(fields[2], &gid) || !is_member(fields[3], name))
			continue;
		if (identity->group_count < ARRAY_LENGTH(identity->groups))
			identity->groups[identity->group_count++] = gid;
	}
}

static bool find_group(const char *group, gid_t *gid)
{
	CLEANUP_FREE char *table = read_table("/etc/group");
	char *rest = table;
	char *fields[MAX_FIELDS];
	int count;
	while ((count = next_entry(&rest, fields)) >= 0) {
		unsigned id;
		if (count >= 3 && strcmp(fields[0], group) == 0 && parse_id(fields[2], &id)) {
			*gid = id;
			return true;
		}
	}
	return parse_id(group, gid);
}

/* With the colon that no user's name has: the helper tells them apart by it. */
static int fail_group(struct failure *failure, const char *group)
{
	char object[sizeof(failure->object)];
	snprintf(object, sizeof(object), ":%s", group);
	return fail_with(failure, STAGE_USER, ENOENT, object);
}

int users_lookup(const char *spec, struct identity *identity, struct failure *failure)
{
	*identity = (struct identity){ .home = "/" };
	const char *colon = strchr(spec, ':');
	char user[256];
	int length = colon ? (int)(colon - spec) : (int)strlen(spec);
	if (length >= (int)sizeof(user))
		return fail_with(failure, STAGE_USER, ENAMETOOLONG, spec);
	snprintf(user, sizeof(user), "%.*s", length, spec);
	bool found = false;
	CLEANUP_FREE char *name = find_user(length > 0 ? user : "0", identity, &found);
	if (!found)
		return fail_with(failure, STAGE_USER, ENOENT, user);
	if (!colon && name)
		add_groups_of(name, identity);
	if (colon && !find_group(colon + 1, &identity->gid))
		return fail_group(failure, colon + 1);
	return 0;
}

static bool has_group(const struct identity *identity, gid_t gid)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == gid)
			return true;
	return false;
}

static void add_group(struct identity *identity, gid_t gid)
{
	if (!has_group(identity, gid) && identity->group_count < ARRAY_LENGTH(identity->groups))
		identity->groups[identity->group_count++] = gid;
}

void users_add_own_group(struct identity *identity)
{
	add_group(identity, identity->gid);
}

int users_add_groups(const char *const *names, size_t count, struct identity *identity, struct failure *failure)
{
	for (size_t i = 0; i < count; i++) {
		gid_t gid;
		if (!find_group(names[i], &gid))
			return fail_group(failure, names[i]);
		add_group(identity, gid);
	}
	return 0;
}

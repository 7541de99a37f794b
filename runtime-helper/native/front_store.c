#include "front_store.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front_message.h"
#include "io.h"
#include "temporary_name.h"

#define ID_LENGTH 8

static int too_long(const char *path)
{
	return front_error("the path is too long: %.64s…", path);
}

/* "/a/./b/../c" → "/a/c": as the helper does it, by the text alone. `path` is absolute. */
static void normalize(char *path)
{
	char *out = path;
	for (const char *in = path; *in != '\0';) {
		while (*in == '/')
			in++;
		size_t length = strcspn(in, "/");
		if (length == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (length > 0 && !(length == 1 && in[0] == '.')) {
			*out++ = '/';
			memmove(out, in, length);
			out += length;
		}
		in += length;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

static int make_absolute(char *absolute, const char *path)
{
	char cwd[PATH_MAX] = "";
	if (path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
		return front_error("the working directory is gone, and '%s' is relative to it", path);
	int length = snprintf(absolute, PATH_MAX, "%s/%s", cwd, path);
	if (length >= PATH_MAX)
		return too_long(path);
	normalize(absolute);
	return 0;
}

/* The value of `--name VALUE` or `--name=VALUE` at argv[*at], or NULL. Moves *at to the last word that was used. */
static const char *option_value(const char *name, int argc, char **argv, int *at)
{
	const char *word = argv[*at];
	size_t length = strlen(name);
	if (strncmp(word, name, length) != 0)
		return NULL;
	if (word[length] == '=')
		return word + length + 1;
	if (word[length] == '\0' && *at + 1 < argc)
		return argv[++*at];
	return NULL;
}

/* An empty path is none, and not the working directory. */
static const char *given(const char *value)
{
	return value && value[0] != '\0' ? value : NULL;
}

/* Only options that stand before the command are ours; the last of several counts. */
static void read_options(int argc, char **argv, const char **root, const char **run_root)
{
	for (int at = 1; at < argc && argv[at][0] == '-' && strcmp(argv[at], "--") != 0; at++) {
		const char *value;
		if ((value = option_value("--root", argc, argv, &at)))
			*root = given(value) ? value : *root;
		else if ((value = option_value("--runroot", argc, argv, &at)))
			*run_root = given(value) ? value : *run_root;
		else if (!option_value("--log-level", argc, argv, &at))
			option_value("-l", argc, argv, &at);
	}
}

static const char *environment(const char *name)
{
	return given(getenv(name));
}

static const char *home_directory(void)
{
	const char *home = environment("HOME");
	if (home)
		return home;
	const struct passwd *user = getpwuid(getuid());
	return user ? user->pw_dir : "/";
}

static int default_root(char *path)
{
	const char *data = environment("XDG_DATA_HOME");
	int length;
	if (getuid() == 0)
		length = snprintf(path, PATH_MAX, "/var/lib/skiff");
	else if (data)
		length = snprintf(path, PATH_MAX, "%s/skiff", data);
	else
		length = snprintf(path, PATH_MAX, "%s/.local/share/skiff", home_directory());
	return length < PATH_MAX ? 0 : too_long(path);
}

static int default_run_root(char *path)
{
	const char *runtime = environment("XDG_RUNTIME_DIR");
	int length;
	if (getuid() == 0)
		length = snprintf(path, PATH_MAX, "/run/skiff");
	else if (runtime)
		length = snprintf(path, PATH_MAX, "%s/skiff", runtime);
	else
		length = snprintf(path, PATH_MAX, "/tmp/skiff-%u", (unsigned)getuid());
	return length < PATH_MAX ? 0 : too_long(path);
}

int front_store_locate(struct front_store *store, int argc, char **argv)
{
	const char *root = environment("SKIFF_ROOT");
	const char *run_root = environment("SKIFF_RUNROOT");
	char fallback[PATH_MAX];
	read_options(argc, argv, &root, &run_root);
	store->named = root || run_root;
	if (!root) {
		if (default_root(fallback) < 0)
			return -1;
		root = fallback;
	}
	if (make_absolute(store->root, root) < 0)
		return -1;
	if (!run_root) {
		if (default_run_root(fallback) < 0)
			return -1;
		run_root = fallback;
	}
	return make_absolute(store->run_root, run_root);
}

/* `mode` is the last directory's; those above it that are missing get the usual one. */
static int make_directories(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	char parent[PATH_MAX];
	snprintf(parent, sizeof(parent), "%s", path);
	for (char *at = strchr(parent + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(parent, 0755) < 0 && errno != EEXIST)
			return front_error("cannot make the directory %s: %s", parent, strerror(errno));
		*at = '/';
	}
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return front_error("cannot make the directory %s: %s", path, strerror(errno));
	return 0;
}

/* 1 when `id` was read, 0 when there is none yet, -1 after a message. */
static int read_id(const struct front_store *store, char *id)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/store-id", store->root) >= (int)sizeof(path))
		return too_long(store->root);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	char text[ID_LENGTH + 2];
	ssize_t count = fd < 0 ? -1 : read_full(fd, text, sizeof(text));
	if (count < 0)
		return front_error("cannot read %s: %s", path, strerror(errno));
	if (count != ID_LENGTH + 1 || strspn(text, "0123456789abcdef") != ID_LENGTH || text[ID_LENGTH] != '\n')
		return front_error("%s is not the id of a store", path);
	memcpy(id, text, ID_LENGTH);
	id[ID_LENGTH] = '\0';
	return 1;
}

/* link(2) decides which of several that come first at once names the store. */
static int make_id(const struct front_store *store)
{
	if (make_directories(store->root, 0711) < 0)
		return -1;
	CLEANUP_CLOSE int root = open(store->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t number;
	const struct temporary_name name = temporary_name("store-id");
	char text[ID_LENGTH + 2];
	if (root < 0 || getrandom(&number, sizeof(number), 0) != sizeof(number))
		return front_error("cannot open %s: %s", store->root, strerror(errno));
	snprintf(text, sizeof(text), "%08x\n", number);
	CLEANUP_CLOSE int fd = openat(root, name.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return front_error("cannot write into %s: %s", store->root, strerror(errno));
	int written = write_full(fd, text, strlen(text));
	int linked = written < 0 ? -1 : linkat(root, name.text, root, "store-id", 0);
	int error = linked < 0 && errno != EEXIST ? errno : 0;
	unlinkat(root, name.text, 0);
	return error ? front_error("cannot name the store in %s: %s", store->root, strerror(error)) : 0;
}

/* Opens a directory that must be the caller's own and no one else's to write. */
static int open_private(const char *path)
{
	if (make_directories(path, 0700) < 0)
		return -1;
	CLEANUP_CLOSE int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) < 0)
		return front_error("cannot open the directory %s: %s", path, strerror(errno));
	if (status.st_uid != geteuid() || (status.st_mode & 022) != 0)
		return front_error("%s is not a directory of yours alone: remove it, or name another with --runroot", path);
	return take_fd(&fd);
}

int front_store_open(struct front_store *store)
{
	for (int known = read_id(store, store->id); known != 1; known = read_id(store, store->id))
		if (known < 0 || make_id(store) < 0)
			return -1;
	CLEANUP_CLOSE int run_root = open_private(store->run_root);
	if (run_root < 0)
		return -1;
	if (snprintf(store->run, sizeof(store->run), "%s/%s", store->run_root, store->id) >= (int)sizeof(store->run))
		return too_long(store->run_root);
	return open_private(store->run);
}

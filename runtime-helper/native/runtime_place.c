#include "runtime_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binds.h"
#include "io.h"
#include "mounts.h"
#include "rootfs.h"
#include "snapshot.h"
#include "users.h"

/* The host's folder below the tmpfs, locked by all who use it: whoever removed it would take away what others have mounted there. */
static int folder_fd = -1;

void runtime_place_leave(void)
{
	umount2(RUNTIME_PLACE, MNT_DETACH);
	if (folder_fd >= 0 && flock(folder_fd, LOCK_EX | LOCK_NB) == 0)
		rmdir(RUNTIME_PLACE);
	close_and_forget(&folder_fd);
}

static bool is_there(int fd, const char *path)
{
	struct stat held, named;
	return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* /run is root's: nobody else can have put something there. */
static int hold_folder(struct failure *failure)
{
	for (;;) {
		if (mkdir(RUNTIME_PLACE, 0700) < 0 && errno != EEXIST)
			return fail(failure, STAGE_RUNTIME, RUNTIME_PLACE);
		CLEANUP_CLOSE int fd = open(RUNTIME_PLACE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			return fail(failure, STAGE_RUNTIME, RUNTIME_PLACE);
		/* Who had it last may just have removed it. */
		if (fd < 0 || flock(fd, LOCK_SH) < 0 || !is_there(fd, RUNTIME_PLACE))
			continue;
		folder_fd = take_fd(&fd);
		return 0;
	}
}

static int mount_place(struct failure *failure)
{
	if (hold_folder(failure) < 0)
		return -1;
	if (mount("skiff", RUNTIME_PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=700,size=16m") < 0 || mkdir(RUNTIME_STATE, 0700) < 0 ||
	    mkdir(RUNTIME_BUNDLE, 0700) < 0 || mkdir(RUNTIME_ROOTFS, 0755) < 0)
		return fail(failure, STAGE_RUNTIME, RUNTIME_PLACE);
	return 0;
}

static int open_directory(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int mount_root(const struct store *store, struct spec *spec, struct failure *failure)
{
	const struct snapshot snapshot = { spec->id, &spec->lowers, &spec->overlay_options };
	CLEANUP_CLOSE int place = open_directory(RUNTIME_ROOTFS);
	if (place < 0)
		return fail(failure, STAGE_OVERLAY, RUNTIME_ROOTFS);
	if (snapshot_mount(store, &snapshot, place, 0, failure) < 0)
		return -1;
	CLEANUP_CLOSE int root = open_directory(RUNTIME_ROOTFS);
	return root < 0 ? fail(failure, STAGE_OVERLAY, RUNTIME_ROOTFS) : mounts_fill(store, spec, root, failure);
}

int runtime_place_make(const struct store *store, struct spec *spec, struct failure *failure)
{
	static bool own;
	/* Slaves: what the host mounts later is seen here, and nothing of ours there. */
	if (!own && (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0))
		return fail(failure, STAGE_RUNTIME, "mount namespace");
	own = true;
	if (binds_open_shared(store, spec, failure) < 0 || mount_place(failure) < 0)
		return -1;
	return mount_root(store, spec, failure);
}

int runtime_place_join(pid_t init, struct failure *failure)
{
	char path[64], status[1024] = { 0 };
	int parent = 0;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)init);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *line = fd < 0 || read_full(fd, status, sizeof(status) - 1) < 0 ? NULL : strstr(status, "\nPPid:");
	if (!line || sscanf(line, "\nPPid: %d", &parent) != 1 || parent <= 1)
		return fail_with(failure, STAGE_JOIN, ESRCH, path);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", parent);
	CLEANUP_CLOSE int namespace = open(path, O_RDONLY | O_CLOEXEC);
	return namespace < 0 || setns(namespace, CLONE_NEWNS) < 0 ? fail(failure, STAGE_JOIN, path) : 0;
}

int runtime_place_keep(const char *source, const char *kind, struct failure *failure)
{
	char path[64];
	snprintf(path, sizeof(path), RUNTIME_PLACE "/%s", kind);
	CLEANUP_CLOSE int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return file < 0 || mount(source, path, NULL, MS_BIND, NULL) < 0 ? fail(failure, STAGE_RUNTIME, source) : 0;
}

struct user_answer {
	int result;
	struct failure failure;
	struct identity identity;
};

/* In a process of its own, whose root is the container's: links in /etc lead nowhere else. */
static _Noreturn void look_up(const struct spec *spec, int answer_fd)
{
	static struct user_answer answer;
	if (chroot(RUNTIME_ROOTFS) < 0 || chdir("/") < 0)
		answer.result = fail(&answer.failure, STAGE_ROOT, RUNTIME_ROOTFS);
	else
		answer.result = users_lookup(spec->user, &answer.identity, &answer.failure);
	users_add_own_group(&answer.identity);
	if (answer.result == 0)
		answer.result = users_add_groups(spec->group_names.items, spec->group_names.count, &answer.identity, &answer.failure);
	_exit(write_full(answer_fd, &answer, sizeof(answer)) < 0);
}

static int find_user(const struct spec *spec, struct identity *identity, struct failure *failure)
{
	struct user_answer answer;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(failure, STAGE_USER, "pipe");
	CLEANUP_CLOSE int reader = ends[0];
	pid_t pid = fork();
	if (pid == 0)
		look_up(spec, ends[1]);
	close(ends[1]);
	ssize_t length = pid < 0 ? -1 : read_full(reader, &answer, sizeof(answer));
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (length != sizeof(answer))
		return fail_with(failure, STAGE_USER, ECHILD, spec->user);
	*identity = answer.identity;
	*failure = answer.failure;
	return answer.result;
}

static void write_user(FILE *file, const struct identity *identity)
{
	fprintf(file, "{\"uid\":%u,\"gid\":%u,\"additionalGids\":[", identity->uid, identity->gid);
	for (size_t i = 0; i < identity->group_count; i++)
		fprintf(file, "%s%u", i > 0 ? "," : "", identity->groups[i]);
	fputs("]}", file);
}

/* As a string of JSON. */
static void write_string(FILE *file, const char *before, const char *text)
{
	fprintf(file, "\"%s", before);
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		fprintf(file, *at == '"' || *at == '\\' ? "\\%c" : *at < ' ' ? "\\u%04x" : "%c", *at);
	fputc('"', file);
}

int runtime_place_write(const struct spec *spec, const char *path, struct failure *failure)
{
	const char *const *parts = spec->runtime.process;
	struct identity identity;
	if (!parts[0])
		return fail_with(failure, STAGE_REQUEST, EINVAL, "runtime-process");
	if (find_user(spec, &identity, failure) < 0)
		return -1;
	FILE *file = fopen(path, "we");
	if (!file)
		return fail(failure, STAGE_RUNTIME, path);
	fputs(parts[0], file);
	write_user(file, &identity);
	/* Which there may not be, in the end. */
	if (spec->apparmor) {
		fputs(",\"apparmorProfile\":", file);
		write_string(file, "", spec->apparmor);
	}
	if (*parts[1]) {
		fputs(parts[1], file);
		write_string(file, "HOME=", identity.home);
	}
	fputs(parts[2], file);
	return fclose(file) == 0 ? 0 : fail(failure, STAGE_RUNTIME, path);
}

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "io.h"
#include "reaper.h"
#include "seccomp.h"
#include "users.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* From here on no descriptor of ours is open but the one that tells of a failure: a directory of the host's could be reached through
 * /proc/self/fd by what the image or the container names, its working directory above all (CVE-2024-21626). */
static int take_stdio(const struct spec *spec, const struct stdio *stdio, int report_fd, struct failure *failure)
{
	if (setsid() < 0 && errno != EPERM)
		return fail(failure, STAGE_TERMINAL, "setsid");
	for (int i = 0; i < 3; i++)
		if (dup2(stdio->fds[i], i) < 0)
			return fail(failure, STAGE_TERMINAL, "dup2");
	if (close_others(3U + spec->bundle.preserved, &report_fd, 1) < 0)
		return fail(failure, STAGE_CONFINE, "descriptors");
	if (stdio->terminal && ioctl(0, TIOCSCTTY, 0) < 0)
		return fail(failure, STAGE_TERMINAL, "TIOCSCTTY");
	return 0;
}

/* So that a process that is not root can open /dev/stdout again. A pipe of the host's null device is not ours. */
static int give_stdio(bool terminal, uid_t uid, struct failure *failure)
{
	for (int i = 0; uid != 0 && i < 3; i++) {
		struct stat status;
		if (fstat(i, &status) == 0 && (terminal || S_ISFIFO(status.st_mode)) && fchown(i, uid, (gid_t)-1) < 0)
			return fail(failure, STAGE_TERMINAL, "fchown");
	}
	return 0;
}

/* Magic links lead out of the container: /proc/1/root where its pid namespace is the host's. */
static int open_directory(const char *path)
{
	return open_resolved(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
}

static int make_directories(const char *path)
{
	char part[PATH_MAX];
	size_t length = strlen(path);
	if (length >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = open_directory("/");
	for (size_t i = 1; fd >= 0 && i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		CLEANUP_CLOSE int parent = fd;
		fd = open_directory(part);
		if (fd < 0 && errno == ENOENT && (mkdirat(parent, strrchr(part, '/') + 1, 0755) == 0 || errno == EEXIST))
			fd = open_directory(part);
	}
	return fd;
}

/* PID 1's is made where it is missing, as Docker does it; that of another process must be there. */
static int enter_directory(const char *path, bool is_made, struct failure *failure)
{
	CLEANUP_CLOSE int there = open_directory(path);
	CLEANUP_CLOSE int made = there < 0 && is_made && errno == ENOENT && path[0] == '/' ? make_directories(path) : -1;
	int fd = there < 0 ? made : there;
	return fd < 0 || fchdir(fd) < 0 ? fail(failure, STAGE_CWD, path) : 0;
}

static int set_limits(const struct spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->limits.count; i++) {
		const struct limit_spec *item = &spec->limits.items[i];
		if (setrlimit(item->resource, &item->limit) < 0)
			return fail(failure, STAGE_CONFINE, "rlimit");
	}
	return 0;
}

static int drop_bounding_set(uint64_t keep, struct failure *failure)
{
	for (int capability = 0; capability < 64; capability++) {
		if (keep >> capability & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
			/* Beyond the last capability that this kernel knows. */
			if (errno == EINVAL)
				return 0;
			return fail(failure, STAGE_CONFINE, "bounding set");
		}
	}
	return 0;
}

static int set_capabilities(const struct spec *spec, uid_t uid, struct failure *failure)
{
	/* What we have not ourselves can't be given: nested machines lack some. */
	struct __user_cap_header_struct own_header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct own[2] = { 0 };
	if (syscall(SYS_capget, &own_header, own) < 0)
		return fail(failure, STAGE_CONFINE, "capabilities");
	uint64_t held = own[0].permitted | (uint64_t)own[1].permitted << 32;
	uint64_t effective = uid == 0 ? spec->capabilities.effective : spec->capabilities.ambient;
	uint64_t permitted = uid == 0 ? spec->capabilities.permitted : spec->capabilities.ambient;
	uint64_t inheritable = spec->capabilities.inheritable | spec->capabilities.ambient;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){ .effective = (uint32_t)((effective & held) >> 32 * i),
							   .permitted = (uint32_t)((permitted & held) >> 32 * i),
							   .inheritable = (uint32_t)((inheritable & held) >> 32 * i) };
	if (syscall(SYS_capset, &header, data) < 0)
		return fail(failure, STAGE_CONFINE, "capabilities");
	for (int capability = 0; capability < 64; capability++)
		if ((spec->capabilities.ambient & held) >> capability & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
			return fail(failure, STAGE_CONFINE, "ambient capabilities");
	return 0;
}

static int set_identity(const struct identity *identity, struct failure *failure)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(identity->group_count, identity->groups) < 0 ||
	    setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
	    setresuid(identity->uid, identity->uid, identity->uid) < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return fail(failure, STAGE_USER, "setuid");
	return 0;
}

/* What the host's processes handed down ends here: mask, ignored signals, umask, keyring. */
static void reset_process(mode_t mask)
{
	sigset_t none;
	sigemptyset(&none);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(mask);
	/* Absent in some kernels; without it the container would share our session keyring. */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static const char *variable(const struct spec *spec, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < spec->environment.count; i++)
		if (strncmp(spec->environment.items[i], name, length) == 0 && spec->environment.items[i][length] == '=')
			return spec->environment.items[i] + length + 1;
	return NULL;
}

/* The environment with HOME, which is only known here. */
static char **environment_of(const struct spec *spec, const struct identity *identity)
{
	char **environment = calloc(spec->environment.count + 2, sizeof(char *));
	if (!environment)
		return NULL;
	for (size_t i = 0; i < spec->environment.count; i++)
		environment[i] = (char *)(uintptr_t)spec->environment.items[i];
	if (!variable(spec, "HOME") && asprintf(&environment[spec->environment.count], "HOME=%s", identity->home) < 0)
		return NULL;
	return environment;
}

/* As execvpe(3) searches, but EACCES is kept over a later ENOENT, and a directory is no command. */
static void exec_search(const struct spec *spec, char **environment)
{
	char **arguments = (char **)(uintptr_t)spec->arguments.items;
	const char *name = arguments[0];
	if (strchr(name, '/')) {
		execve(name, arguments, environment);
		struct stat status;
		if (errno == EACCES && stat(name, &status) == 0 && S_ISDIR(status.st_mode))
			errno = EISDIR;
		return;
	}
	const char *path = variable(spec, "PATH");
	if (!path)
		path = DEFAULT_PATH;
	int result = ENOENT;
	for (;;) {
		size_t length = strcspn(path, ":");
		char candidate[PATH_MAX];
		struct stat status;
		int written = snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)length, length ? path : ".", name);
		if (written < (int)sizeof(candidate) && stat(candidate, &status) == 0 && S_ISREG(status.st_mode)) {
			execve(candidate, arguments, environment);
			if (errno != EACCES && errno != ENOENT)
				return;
			result = errno == EACCES ? EACCES : result;
		}
		if (path[length] == '\0')
			break;
		path += length + 1;
	}
	errno = result;
}

/* 0 when there is a file that exec_search would try; else ENOENT, EACCES or EISDIR. */
static int probe(const char *path)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return errno == EACCES ? EACCES : ENOENT;
	if (!S_ISREG(status.st_mode))
		return EISDIR;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? EACCES : 0;
}

int process_find(const struct spec *spec, struct failure *failure)
{
	const char *name = spec->arguments.items[0];
	const char *path = variable(spec, "PATH");
	int result = strchr(name, '/') ? probe(name) : ENOENT;
	if (!path)
		path = DEFAULT_PATH;
	while (!strchr(name, '/')) {
		size_t length = strcspn(path, ":");
		char candidate[PATH_MAX];
		snprintf(candidate, sizeof(candidate), "%.*s/%.2048s", (int)length, length ? path : ".", name);
		int tried = probe(candidate);
		result = tried == 0 || tried == EACCES ? tried : result;
		if (tried == 0 || path[length] == '\0')
			break;
		path += length + 1;
	}
	return result == 0 ? 0 : fail_with(failure, STAGE_EXEC, result, name);
}

/* The profile that the next exec enters: apparmor(7), "Setting the profile". */
static int enter_apparmor(const char *profile)
{
	static const char *const files[] = { "/proc/self/attr/apparmor/exec", "/proc/self/attr/exec" };
	char text[256];
	struct statfs status;
	int length = snprintf(text, sizeof(text), "exec %s", profile);
	if (length >= (int)sizeof(text)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	CLEANUP_CLOSE int first = open(files[0], O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_CLOSE int second = first < 0 ? open(files[1], O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	int fd = first < 0 ? second : first;
	/* A container that has put something else there gets no confinement by pretence. */
	if (fd < 0 || fstatfs(fd, &status) < 0)
		return -1;
	if (status.f_type != PROC_SUPER_MAGIC) {
		errno = EPERM;
		return -1;
	}
	return write_full(fd, text, (size_t)length);
}

static int install_filter(const struct spec *spec)
{
	if (spec->seccomp_program.count == 0)
		return seccomp_install();
	return seccomp_install_program(spec->seccomp_program.items, spec->seccomp_program.count);
}

void process_exec(const struct spec *spec, const struct stdio *stdio, int report_fd, struct failure *failure)
{
	struct identity identity;
	if (take_stdio(spec, stdio, report_fd, failure) < 0)
		return;
	if (users_lookup(spec->user, &identity, failure) < 0)
		return;
	for (size_t i = 0; i < spec->groups.count && identity.group_count < ARRAY_LENGTH(identity.groups); i++)
		identity.groups[identity.group_count++] = spec->groups.items[i];
	/* Docker's habit; a bundle names all groups itself. */
	if (!spec->bundle.rootfs && spec->bundle.init == 0)
		users_add_own_group(&identity);
	if (users_add_groups(spec->group_names.items, spec->group_names.count, &identity, failure) < 0)
		return;
	reset_process(spec->bundle.umask);
	if (give_stdio(stdio->terminal, identity.uid, failure) < 0 || enter_directory(spec->cwd, !spec->session, failure) < 0 ||
	    set_limits(spec, failure) < 0)
		return;
	if (spec->bundle.personality && personality(strtoul(spec->bundle.personality, NULL, 10)) < 0) {
		fail(failure, STAGE_CONFINE, "personality");
		return;
	}
	char **environment = environment_of(spec, &identity);
	if (!environment) {
		fail(failure, STAGE_EXEC, "memory");
		return;
	}
	if (drop_bounding_set(spec->capabilities.bounding, failure) < 0)
		return;
	if (spec->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		fail(failure, STAGE_CONFINE, "no_new_privs");
		return;
	}
	if (spec->apparmor && enter_apparmor(spec->apparmor) < 0) {
		fail(failure, STAGE_CONFINE, spec->apparmor);
		return;
	}
	/* Before the identity changes: without no_new_privs a filter needs CAP_SYS_ADMIN. All that follows is allowed by it. */
	if (spec->seccomp && install_filter(spec) < 0) {
		fail(failure, STAGE_CONFINE, "seccomp");
		return;
	}
	if (set_identity(&identity, failure) < 0 || set_capabilities(spec, identity.uid, failure) < 0)
		return;
	/* A change of the user has taken it back: commit_creds. */
	if (!spec->session && !spec->bundle.rootfs && !spec->bundle.init)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (spec->init && reaper_fork(stdio->terminal) < 0) {
		fail(failure, STAGE_CLONE, "init");
		return;
	}
	exec_search(spec, environment);
	fail(failure, STAGE_EXEC, spec->arguments.items[0]);
}

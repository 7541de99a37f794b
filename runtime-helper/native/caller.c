#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

int identity_assume(const struct store *store)
{
	if (store->owner_uid == 0)
		return 0;
	/* File system rights only: signals and limits stay root's. Groups first, while we still may. */
	if (setgroups(1, &store->owner_gid) < 0 || setegid(store->owner_gid) < 0 || seteuid(store->owner_uid) < 0)
		return -1;
	return 0;
}

int identity_restore(void)
{
	return seteuid(0) < 0 || setegid(0) < 0 || setgroups(0, NULL) < 0 ? -1 : 0;
}

uid_t caller_uid(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
		return peer.uid;
	static const char *const variables[] = { "SUDO_UID", "PKEXEC_UID" };
	for (size_t i = 0; i < ARRAY_LENGTH(variables); i++) {
		const char *text = getenv(variables[i]);
		if (text && *text)
			return (uid_t)strtoul(text, NULL, 10);
	}
	return getuid();
}

/* Users of a directory service are not in /etc/passwd, which is all that a static program reads: the group that they came with does. */
gid_t caller_gid(int fd, uid_t uid)
{
	const struct passwd *entry = getpwuid(uid);
	if (entry)
		return entry->pw_gid;
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == uid)
		return peer.gid;
	const char *text = getenv("SUDO_GID");
	return text && *text ? (gid_t)strtoul(text, NULL, 10) : (gid_t)-1;
}

int caller_open_directory(const struct store *store, const char *path, struct failure *failure)
{
	struct stat status;
	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return fail_with(failure, STAGE_STORE, EINVAL, path);
	if (identity_assume(store) < 0)
		return fail(failure, STAGE_STORE, "identity");
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int saved = errno;
	if (identity_restore() < 0)
		_exit(1);
	errno = saved;
	if (fd < 0 || fstat(fd, &status) < 0)
		return fail(failure, STAGE_STORE, path);
	if (status.st_uid != store->owner_uid || (status.st_mode & 0022) != 0)
		return fail_with(failure, STAGE_STORE, EPERM, path);
	return take_fd(&fd);
}

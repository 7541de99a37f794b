#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caller.h"
#include "io.h"

#define MAX_GROUPS 64

static int add_groups(const struct store *store, struct spec *spec)
{
	const struct passwd *entry = getpwuid(store->owner_uid);
	gid_t *groups = calloc(MAX_GROUPS, sizeof(*groups));
	int count = MAX_GROUPS;
	if (!groups)
		return -1;
	/* Who is in more groups has the first of them. */
	if (!entry || getgrouplist(entry->pw_name, store->owner_gid, groups, &count) < 0)
		count = entry ? MAX_GROUPS : 0;
	spec->groups.items = groups;
	spec->groups.count = (size_t)count;
	return 0;
}

/* Root keeps what it has: a nested machine's root has not all there is. */
static int keep_capabilities(struct spec *spec)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	spec->capabilities.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	spec->capabilities.effective = spec->capabilities.permitted;
	return 0;
}

int enter_identify(const struct store *store, struct spec *spec, struct failure *failure)
{
	char *user;
	if (asprintf(&user, "%u:%u", (unsigned)store->owner_uid, (unsigned)store->owner_gid) < 0)
		return fail(failure, STAGE_USER, "memory");
	spec->user = user;
	spec->seccomp = false;
	spec->capabilities.bounding = ~0ULL;
	/* A setuid program would be root on this machine, and in the container's files it is the container's. */
	spec->no_new_privileges = store->owner_uid != 0 && (spec->joins & (CLONE_NEWNS | CLONE_NEWUSER));
	if (add_groups(store, spec) < 0 || (store->owner_uid == 0 && keep_capabilities(spec) < 0))
		return fail(failure, STAGE_USER, user);
	return 0;
}

static bool is_shared(pid_t init, const char *name)
{
	char own[64], theirs[64];
	struct stat here, there;
	snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
	snprintf(theirs, sizeof(theirs), "/proc/%d/ns/%s", (int)init, name);
	return stat(own, &here) == 0 && stat(theirs, &there) == 0 && here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

int enter_namespaces(pid_t init, int wanted)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{ "mnt", CLONE_NEWNS },	  { "pid", CLONE_NEWPID },   { "uts", CLONE_NEWUTS },	   { "ipc", CLONE_NEWIPC },
		{ "net", CLONE_NEWNET },  { "user", CLONE_NEWUSER }, { "cgroup", CLONE_NEWCGROUP },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if ((wanted & kinds[i].flag) && is_shared(init, kinds[i].name))
			wanted &= ~kinds[i].flag;
	return wanted;
}

int enter_directory(const struct store *store, struct spec *spec, struct failure *failure)
{
	if (identity_assume(store) < 0)
		return fail(failure, STAGE_CWD, "identity");
	int result = chdir(spec->cwd);
	int saved = errno;
	if (identity_restore() < 0)
		_exit(125);
	errno = saved;
	if (result < 0)
		return fail(failure, STAGE_CWD, spec->cwd);
	spec->cwd = ".";
	return 0;
}

/* Failures of set-up code: one record of stage, errno and object, which the helper turns into words. */
#ifndef SKIFF_ERRORS_H
#define SKIFF_ERRORS_H

#include <stddef.h>

/* Stages, the words of `error` replies. Keep in step with ARCHITECTURE.md. */
#define STAGE_REQUEST "request"
#define STAGE_STORE "store"
#define STAGE_LOCK "lock"
#define STAGE_SOCKET "socket"
#define STAGE_LOG "log"
#define STAGE_CGROUP "cgroup"
#define STAGE_RESOURCE "resource"
#define STAGE_CLONE "clone"
#define STAGE_OVERLAY "overlay"
#define STAGE_MOUNT "mount"
#define STAGE_BIND "bind"
#define STAGE_VOLUME "volume"
#define STAGE_DEVICE "device"
#define STAGE_TERMINAL "terminal"
#define STAGE_NETWORK "network"
#define STAGE_SYSCTL "sysctl"
#define STAGE_ROOT "root"
#define STAGE_CWD "cwd"
#define STAGE_USER "user"
#define STAGE_CONFINE "confine"
#define STAGE_EXEC "exec"
#define STAGE_HOOK "hook"
#define STAGE_JOIN "join"
#define STAGE_LAYER "layer"
#define STAGE_REMOVE "remove"
#define STAGE_TREE "tree"
#define STAGE_RUNTIME "runtime"

struct failure {
	char stage[16];
	int error;
	char object[232];
};

/* Records the failure with the present errno (0 when `error` is given as 0 by fail_with) and returns -1. */
int fail(struct failure *failure, const char *stage, const char *object);
int fail_with(struct failure *failure, const char *stage, int error, const char *object);

#endif

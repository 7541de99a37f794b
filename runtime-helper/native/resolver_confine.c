#include "resolver_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "seccomp.h"

#define NOBODY 65534

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define LOAD_ARGUMENT(number) LOAD(offsetof(struct seccomp_data, args[number]))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define DENY BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ALLOW
/* Allowed when none of the bits is set in an argument. */
#define ALLOW_WITHOUT(number, argument, bits) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 4), LOAD_ARGUMENT(argument), \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), DENY, ALLOW

static struct sock_filter program[] = {
	LOAD(offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	LOAD(offsetof(struct seccomp_data, nr)),
#if defined(SYS_poll)
	ALLOW_CALL(SYS_poll),
#endif
	ALLOW_CALL(SYS_ppoll),
	ALLOW_CALL(SYS_recvfrom),
	ALLOW_CALL(SYS_sendto),
	ALLOW_CALL(SYS_read),
	ALLOW_CALL(SYS_pread64),
	ALLOW_CALL(SYS_close),
	ALLOW_CALL(SYS_accept4),
	ALLOW_CALL(SYS_connect),
	ALLOW_CALL(SYS_getsockopt),
	ALLOW_CALL(SYS_getdents64),
	ALLOW_CALL(SYS_readlinkat),
	ALLOW_CALL(SYS_clock_gettime),
	ALLOW_CALL(SYS_getppid),
	ALLOW_CALL(SYS_getrandom),
	ALLOW_CALL(SYS_brk),
	ALLOW_CALL(SYS_munmap),
	ALLOW_CALL(SYS_mremap),
	ALLOW_CALL(SYS_madvise),
	ALLOW_CALL(SYS_restart_syscall),
	ALLOW_CALL(SYS_rt_sigreturn),
	ALLOW_CALL(SYS_exit_group),
	ALLOW_WITHOUT(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC),
	ALLOW_WITHOUT(SYS_mmap, 2, PROT_EXEC),
	ALLOW_WITHOUT(SYS_mprotect, 2, PROT_EXEC),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
	LOAD_ARGUMENT(0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
	ALLOW,
	DENY,
};

static int limit(int resource, rlim_t most)
{
	const struct rlimit value = { most, most };
	return setrlimit(resource, &value);
}

int resolver_confine(const struct store *store)
{
	/* The user's own rights where there is a user: what is below is his. */
	const uid_t uid = store->owner_uid ? store->owner_uid : NOBODY;
	const gid_t gid = store->owner_uid && store->owner_gid != (gid_t)-1 ? store->owner_gid : NOBODY;
	if (chroot(".") < 0 || limit(RLIMIT_FSIZE, 0) < 0 || limit(RLIMIT_CORE, 0) < 0 || limit(RLIMIT_NPROC, 0) < 0)
		return -1;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -1;
	/* After the change of user, which would forget it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return seccomp_install_program(program, ARRAY_LENGTH(program));
}

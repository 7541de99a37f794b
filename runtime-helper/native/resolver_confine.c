#include "resolver_confine.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attendant.h"
#include "attendant_filter.h"
#include "io.h"

static struct sock_filter filter[] = {
	FILTER_BEGIN,
#if defined(SYS_poll)
	FILTER_ALLOW_CALL(SYS_poll),
#endif
	FILTER_ALLOW_CALL(SYS_ppoll),
	FILTER_ALLOW_CALL(SYS_recvfrom),
	FILTER_ALLOW_CALL(SYS_sendto),
	FILTER_ALLOW_CALL(SYS_read),
	FILTER_ALLOW_CALL(SYS_pread64),
	FILTER_ALLOW_CALL(SYS_close),
	FILTER_ALLOW_CALL(SYS_accept4),
	FILTER_ALLOW_CALL(SYS_connect),
	FILTER_ALLOW_CALL(SYS_getsockopt),
	FILTER_ALLOW_CALL(SYS_getdents64),
	FILTER_ALLOW_CALL(SYS_readlinkat),
	FILTER_ALLOW_CALL(SYS_clock_gettime),
	FILTER_ALLOW_CALL(SYS_getrandom),
	FILTER_ALLOW_CALL(SYS_brk),
	FILTER_ALLOW_CALL(SYS_munmap),
	FILTER_ALLOW_CALL(SYS_mremap),
	FILTER_ALLOW_CALL(SYS_madvise),
	FILTER_ALLOW_CALL(SYS_restart_syscall),
	FILTER_ALLOW_CALL(SYS_rt_sigreturn),
	FILTER_ALLOW_CALL(SYS_exit_group),
	FILTER_ALLOW_WITHOUT(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC),
	FILTER_ALLOW_WITHOUT(SYS_mmap, 2, PROT_EXEC),
	FILTER_ALLOW_WITHOUT(SYS_mprotect, 2, PROT_EXEC),
	FILTER_END_WITH_INTERNET_SOCKETS,
};

int resolver_confine(const struct store *store, pid_t monitor)
{
	return chroot(".") < 0 ? -1 : attendant_confine(store, monitor, filter, ARRAY_LENGTH(filter));
}

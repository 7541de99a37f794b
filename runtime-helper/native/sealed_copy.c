#include "sealed_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* With vm.memfd_noexec (Linux 6.3) what is not asked for is not executable; older kernels do not know the word. */
static int executable_memory(void)
{
	int fd = memfd_create("skiff", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	return fd < 0 && errno == EINVAL ? memfd_create("skiff", MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

/* In the file's own place a container could write to it. */
static _Noreturn void give_up(void)
{
	dprintf(STDERR_FILENO, "skiff: no copy of this program in memory can be run, as containers need it (is vm.memfd_noexec 2?): %s\n", strerror(errno));
	_exit(1);
}

/* CVE-2019-5736: a container could overwrite the host's file through /proc/PID/exe of a process that joins it. So everything
 * runs from a sealed copy in memory. */
void run_from_sealed_copy(char *const *arguments)
{
	static char *const environment[] = { NULL };
	char self[64] = { 0 };
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) > 0 && strncmp(self, "/memfd:", 7) == 0)
		return;
	CLEANUP_CLOSE int source = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	CLEANUP_CLOSE int copy = executable_memory();
	char buffer[16384];
	ssize_t count;
	if (source < 0 || copy < 0)
		give_up();
	while ((count = read(source, buffer, sizeof(buffer))) > 0)
		if (write_full(copy, buffer, (size_t)count) < 0)
			give_up();
	if (count < 0 || fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		give_up();
	/* What sudo and pkexec left of the caller in the environment is needed once more. */
	char uid[32], gid[32];
	const char *caller = getenv("SUDO_UID") ? getenv("SUDO_UID") : getenv("PKEXEC_UID");
	const char *group = getenv("SUDO_GID");
	char *const with_caller[] = { uid, gid, NULL };
	snprintf(uid, sizeof(uid), "SUDO_UID=%.20s", caller ? caller : "");
	snprintf(gid, sizeof(gid), "SUDO_GID=%.20s", group ? group : "");
	fexecve(copy, arguments, caller ? with_caller : environment);
	give_up();
}

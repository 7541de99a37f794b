/* without-nftables PROGRAM ARGUMENTS…: runs a program, and all that it starts, as on a kernel that was built without netfilter's netlink:
 * there is no such socket (netlink(7): EPROTONOSUPPORT). Needs root. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skipped))

int main(int count, char **arguments)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		UNLESS(SYS_socket, 5),
		LOAD(offsetof(struct seccomp_data, args[0])),
		UNLESS(AF_NETLINK, 3),
		LOAD(offsetof(struct seccomp_data, args[2])),
		UNLESS(NETLINK_NETFILTER, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	if (count < 2 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("without-nftables");
		return 125;
	}
	execv(arguments[1], arguments + 1);
	perror(arguments[1]);
	return 127;
}

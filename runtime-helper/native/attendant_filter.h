/* Instructions that attendants' filters of system calls are written with. */
#ifndef SKIFF_ATTENDANT_FILTER_H
#define SKIFF_ATTENDANT_FILTER_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define FILTER_ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define FILTER_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define FILTER_LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define FILTER_LOAD_ARGUMENT(number) FILTER_LOAD(offsetof(struct seccomp_data, args[number]))
#define FILTER_ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define FILTER_DENY BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define FILTER_ALLOW_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), FILTER_ALLOW
/* Allowed when none of the bits is set in an argument. */
#define FILTER_ALLOW_WITHOUT(number, argument, bits) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 4), FILTER_LOAD_ARGUMENT(argument), \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), FILTER_DENY, FILTER_ALLOW

/* The first instructions: only calls of our own architecture, whose number is then there to be compared. */
#define FILTER_BEGIN \
	FILTER_LOAD(offsetof(struct seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCHITECTURE, 1, 0), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), FILTER_LOAD(offsetof(struct seccomp_data, nr))

/* The last ones: sockets of IPv4 and IPv6, and nothing else. */
#define FILTER_END_WITH_INTERNET_SOCKETS \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4), FILTER_LOAD_ARGUMENT(0), \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1), \
		FILTER_ALLOW, FILTER_DENY

#endif

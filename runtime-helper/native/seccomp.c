#include "seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "seccomp_table.h"

/* Namespaces that clone(2) could make: CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, and NEWNS. */
#define NAMESPACE_FLAGS 0x7e020000u
#define X32_BIT 0x40000000u
#define ADDRESS_FAMILY_VSOCK 40
#define MAX_INSTRUCTIONS 1024

struct program {
	size_t length;
	struct sock_filter code[MAX_INSTRUCTIONS];
};

struct range {
	uint32_t first, last;
};

struct architecture {
	uint32_t audit;
	const uint16_t *allowed;
	size_t count;
	uint32_t clone, clone3, personality, socket;
};

#define TABLE(audit, lower, upper)                                                                                       \
	{                                                                                                                \
		audit, allowed_##lower, ARRAY_LENGTH(allowed_##lower), upper##_CLONE, upper##_CLONE3, upper##_PERSONALITY, \
			upper##_SOCKET                                                                                   \
	}

/* The native architecture first: it is what is compared first. */
static const struct architecture architectures[] = {
#if defined(__x86_64__)
	TABLE(AUDIT_ARCH_X86_64, x86_64, X86_64),
	TABLE(AUDIT_ARCH_I386, i386, I386),
#elif defined(__aarch64__)
	TABLE(AUDIT_ARCH_AARCH64, aarch64, AARCH64),
#else
#error "no table of system calls for this architecture"
#endif
};

#if defined(__x86_64__)
static const void *const unused_tables[] __attribute__((unused)) = { allowed_aarch64 };
#else
static const void *const unused_tables[] __attribute__((unused)) = { allowed_x86_64, allowed_i386 };
#endif

#define DENY (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

static void emit(struct program *program, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (program->length < MAX_INSTRUCTIONS)
		program->code[program->length] = (struct sock_filter){ code, jt, jf, k };
	program->length++;
}

static void emit_return(struct program *program, uint32_t action)
{
	emit(program, BPF_RET | BPF_K, action, 0, 0);
}

static void emit_load(struct program *program, size_t offset)
{
	emit(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* Goes on after the next instruction when the accumulator is not `value`. */
static void emit_return_if(struct program *program, uint32_t value, uint32_t action)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	emit_return(program, action);
}

/* A binary tree over ranges: a few comparisons for any number. */
static void emit_tree(struct program *program, const struct range *ranges, size_t count)
{
	if (count == 1) {
		emit(program, BPF_JMP | BPF_JGE | BPF_K, ranges->first, 0, 2);
		emit(program, BPF_JMP | BPF_JGT | BPF_K, ranges->last, 1, 0);
		emit_return(program, SECCOMP_RET_ALLOW);
		emit_return(program, DENY);
		return;
	}
	size_t middle = count / 2;
	size_t branch = program->length;
	emit(program, BPF_JMP | BPF_JGE | BPF_K, ranges[middle].first, 0, 0);
	emit_tree(program, ranges, middle);
	size_t distance = program->length - branch - 1;
	if (distance > UINT8_MAX)
		program->length = MAX_INSTRUCTIONS + 1;
	else if (branch < MAX_INSTRUCTIONS)
		program->code[branch].jt = (uint8_t)distance;
	emit_tree(program, ranges + middle, count - middle);
}

static size_t find_ranges(const struct architecture *architecture, struct range *ranges)
{
	size_t count = 0;
	for (size_t i = 0; i < architecture->count; i++) {
		uint32_t number = architecture->allowed[i];
		if (count > 0 && ranges[count - 1].last + 1 == number)
			ranges[count - 1].last = number;
		else
			ranges[count++] = (struct range){ number, number };
	}
	return count;
}

/* A call whose first argument decides. Skipped as a whole when the accumulator is another number. */
static void emit_conditional(struct program *program, uint32_t number, void (*condition)(struct program *))
{
	size_t branch = program->length;
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0);
	emit_load(program, offsetof(struct seccomp_data, args[0]));
	condition(program);
	if (branch < MAX_INSTRUCTIONS)
		program->code[branch].jf = (uint8_t)(program->length - branch - 1);
}

static void clone_condition(struct program *program)
{
	emit(program, BPF_JMP | BPF_JSET | BPF_K, NAMESPACE_FLAGS, 0, 1);
	emit_return(program, DENY);
	emit_return(program, SECCOMP_RET_ALLOW);
}

static void personality_condition(struct program *program)
{
	/* PER_LINUX, PER_LINUX32, UNAME26 with either, and the query. */
	static const uint32_t values[] = { 0, 8, 0x20000, 0x20008, 0xffffffff };
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
		emit_return_if(program, values[i], SECCOMP_RET_ALLOW);
	emit_return(program, DENY);
}

static void socket_condition(struct program *program)
{
	emit_return_if(program, ADDRESS_FAMILY_VSOCK, DENY);
	emit_return(program, SECCOMP_RET_ALLOW);
}

static void emit_architecture(struct program *program, const struct architecture *architecture)
{
	/* The next architecture is farther away than a conditional jump reaches. */
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, architecture->audit, 1, 0);
	size_t skip = program->length;
	emit(program, BPF_JMP | BPF_JA, 0, 0, 0);
	emit_load(program, offsetof(struct seccomp_data, nr));
	if (architecture->audit == AUDIT_ARCH_X86_64) {
		emit(program, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
		emit_return(program, UNKNOWN);
	}
	emit_conditional(program, architecture->clone, clone_condition);
	/* Its flags are in memory, which a filter can't read; libc falls back to clone(2). */
	emit_return_if(program, architecture->clone3, UNKNOWN);
	emit_conditional(program, architecture->personality, personality_condition);
	emit_conditional(program, architecture->socket, socket_condition);
	/* What the profile can't know yet: programs probe for it and take ENOSYS better than EPERM. */
	emit(program, BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN_CALL, 0, 1);
	emit_return(program, UNKNOWN);
	struct range ranges[ARRAY_LENGTH(allowed_i386)];
	emit_tree(program, ranges, find_ranges(architecture, ranges));
	if (skip < MAX_INSTRUCTIONS)
		program->code[skip].k = (uint32_t)(program->length - skip - 1);
}

int seccomp_install_program(struct sock_filter *code, size_t count)
{
	struct sock_fprog filter = { .len = (unsigned short)count, .filter = code };
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

int seccomp_install(void)
{
	struct program program = { 0 };
	emit_load(&program, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < ARRAY_LENGTH(architectures); i++)
		emit_architecture(&program, &architectures[i]);
	emit_return(&program, SECCOMP_RET_KILL_PROCESS);
	if (program.length > MAX_INSTRUCTIONS) {
		errno = E2BIG;
		return -1;
	}
	return seccomp_install_program(program.code, program.length);
}

#include "device_program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "worker.h"

#define INSTRUCTIONS_PER_RULE 8
#define MAX_INSTRUCTIONS (MAX_DEVICE_PROGRAM / sizeof(struct bpf_insn))

_Static_assert(MAX_DEVICE_RULES * INSTRUCTIONS_PER_RULE + 8 <= MAX_INSTRUCTIONS, "a program of all rules has room");

struct bpf_program {
	size_t length;
	struct bpf_insn code[MAX_INSTRUCTIONS];
};

/* What a worker of this spawner has loaded last: nearly all containers have the same rules, and the kernel takes half a millisecond to
 * verify and compile them. */
static struct {
	int fd;
	size_t size;
	uint8_t code[MAX_DEVICE_PROGRAM];
} kept = { .fd = -1 };

static void emit(struct bpf_program *program, struct bpf_insn instruction)
{
	program->code[program->length++] = instruction;
}

static struct bpf_insn load(int reg, size_t offset)
{
	return (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (uint8_t)reg, .src_reg = 1, .off = (short)offset };
}

static struct bpf_insn alu(int operation, int reg, uint32_t value)
{
	return (struct bpf_insn){ .code = (uint8_t)(BPF_ALU | BPF_K | operation), .dst_reg = (uint8_t)reg, .imm = (int)value };
}

static struct bpf_insn jump(int operation, int reg, uint32_t value)
{
	return (struct bpf_insn){ .code = (uint8_t)(BPF_JMP | BPF_K | operation), .dst_reg = (uint8_t)reg, .imm = (int)value };
}

enum { RESULT = 0, SCRATCH = 1, TYPE = 2, ACCESS = 3, MAJOR = 4, MINOR = 5 };

/* Returns from the program when the access is the rule's; jumps behind itself when it is not. False: it matches everything, and
 * what would come after it is unreachable, which the verifier refuses. */
static bool emit_rule(struct bpf_program *program, const struct device_rule *rule)
{
	size_t jumps[4], count = 0;
	const unsigned all = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
	if (rule->type != 'a') {
		jumps[count++] = program->length;
		emit(program, jump(BPF_JNE, TYPE, rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK));
	}
	if (rule->access != all) {
		/* A permission must cover all that is asked for; a prohibition matches any of it. */
		emit(program, (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = SCRATCH, .src_reg = ACCESS });
		emit(program, alu(BPF_AND, SCRATCH, rule->allow ? all & ~rule->access : rule->access));
		jumps[count++] = program->length;
		emit(program, jump(rule->allow ? BPF_JNE : BPF_JEQ, SCRATCH, 0));
	}
	if (rule->major >= 0) {
		jumps[count++] = program->length;
		emit(program, jump(BPF_JNE, MAJOR, (uint32_t)rule->major));
	}
	if (rule->minor >= 0) {
		jumps[count++] = program->length;
		emit(program, jump(BPF_JNE, MINOR, (uint32_t)rule->minor));
	}
	emit(program, alu(BPF_MOV, RESULT, rule->allow));
	emit(program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	for (size_t i = 0; i < count; i++)
		program->code[jumps[i]].off = (short)(program->length - jumps[i] - 1);
	return count > 0;
}

static void compile(const struct spec *spec, struct bpf_program *program)
{
	emit(program, load(TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type)));
	emit(program, (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = ACCESS, .src_reg = TYPE });
	emit(program, alu(BPF_AND, TYPE, 0xffff));
	emit(program, alu(BPF_RSH, ACCESS, 16));
	emit(program, load(MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major)));
	emit(program, load(MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor)));
	/* The last rule that matches decides, so they are asked from the end; nothing is allowed that no rule names. */
	bool open = true;
	for (size_t i = spec->device_rules.count; i > 0 && open; i--)
		open = emit_rule(program, &spec->device_rules.items[i - 1]);
	if (open) {
		emit(program, alu(BPF_MOV, RESULT, 0));
		emit(program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	}
}

/* The verifier gives up (EAGAIN) when a signal is on its way to us: whoever stops us for a moment, as a debugger does, has sent one. */
#define MOST_TRIES 100

/* bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. */
static int load_program(const struct bpf_program *program)
{
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insn_cnt = (uint32_t)program->length,
		.insns = (uint64_t)(uintptr_t)program->code,
		.license = (uint64_t)(uintptr_t)"GPL",
	};
	int fd = -1;
	for (int tries = 0; tries < MOST_TRIES && (tries == 0 || (fd < 0 && errno == EAGAIN)); tries++)
		fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	return fd;
}

static int attach(int cgroup, int program)
{
	union bpf_attr attributes = {
		.target_fd = (uint32_t)cgroup,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI,
	};
	return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes));
}

void device_program_keep(const void *code, size_t size, int fd)
{
	close_and_forget(&kept.fd);
	kept.fd = fd;
	kept.size = size <= sizeof(kept.code) ? size : 0;
	memcpy(kept.code, code, kept.size);
}

int device_program_attach(int cgroup, const struct spec *spec)
{
	struct bpf_program program = { 0 };
	if (spec->device_rules.count > MAX_DEVICE_RULES) {
		errno = E2BIG;
		return -1;
	}
	compile(spec, &program);
	size_t size = program.length * sizeof(program.code[0]);
	/* A group that a killed monitor has left may have this very program already, and takes none twice. */
	if (kept.fd >= 0 && kept.size == size && memcmp(kept.code, program.code, size) == 0 && attach(cgroup, kept.fd) == 0)
		return 0;
	CLEANUP_CLOSE int fd = load_program(&program);
	if (fd < 0 || attach(cgroup, fd) < 0)
		return -1;
	worker_share(program.code, size, fd);
	return 0;
}

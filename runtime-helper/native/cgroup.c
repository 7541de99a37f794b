#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroup1.h"
#include "io.h"
#include "resources.h"

#define MAX_DEVICE_RULES 128
#define INSTRUCTIONS_PER_RULE 8

static int open_hierarchy(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		struct statfs status;
		if (fd >= 0 && fstatfs(fd, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

static void store_name(const char *store_id, char name[16])
{
	snprintf(name, 16, "skiff-%s", store_id);
}

int cgroup_open_store(const char *store_id)
{
	char name[16];
	CLEANUP_CLOSE int hierarchy = open_hierarchy();
	if (hierarchy < 0)
		return -1;
	store_name(store_id, name);
	resources_delegate(hierarchy);
	if (mkdirat(hierarchy, name, 0755) < 0 && errno != EEXIST)
		return -1;
	int group = openat(hierarchy, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (group >= 0)
		resources_delegate(group);
	return group;
}

int cgroup_open_path(const char *path)
{
	int group = open_hierarchy();
	while (group >= 0 && *(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/");
		char name[256];
		snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : 0), path);
		CLEANUP_CLOSE int parent = group;
		resources_delegate(parent);
		group = is_component(name) && (mkdirat(parent, name, 0755) == 0 || errno == EEXIST) ?
				openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) :
				-1;
		path += length;
	}
	return group;
}

void cgroup_refresh_store(struct store *store)
{
	if (store->cgroup_fd < 0 || faccessat(store->cgroup_fd, "cgroup.procs", F_OK, 0) == 0)
		return;
	int fd = cgroup_open_store(store->id);
	if (fd < 0)
		return;
	close(store->cgroup_fd);
	store->cgroup_fd = fd;
}

void cgroup_remove_store(const char *store_id)
{
	char name[16];
	CLEANUP_CLOSE int hierarchy = open_hierarchy();
	store_name(store_id, name);
	if (hierarchy >= 0)
		unlinkat(hierarchy, name, AT_REMOVEDIR);
	cgroup1_remove_store(store_id);
}

struct bpf_program {
	size_t length;
	struct bpf_insn code[MAX_DEVICE_RULES * INSTRUCTIONS_PER_RULE + 8];
};

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

/* bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE: the last rule that matches decides, so they are asked from the end; nothing is allowed that
 * no rule names. */
static int load_device_program(const struct spec *spec)
{
	struct bpf_program program = { 0 };
	emit(&program, load(TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type)));
	emit(&program, (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = ACCESS, .src_reg = TYPE });
	emit(&program, alu(BPF_AND, TYPE, 0xffff));
	emit(&program, alu(BPF_RSH, ACCESS, 16));
	emit(&program, load(MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major)));
	emit(&program, load(MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor)));
	bool open = true;
	for (size_t i = spec->device_rules.count; i > 0 && open; i--)
		open = emit_rule(&program, &spec->device_rules.items[i - 1]);
	if (open) {
		emit(&program, alu(BPF_MOV, RESULT, 0));
		emit(&program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	}
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insn_cnt = (uint32_t)program.length,
		.insns = (uint64_t)(uintptr_t)program.code,
		.license = (uint64_t)(uintptr_t)"GPL",
	};
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
}

int cgroup_confine_devices(int cgroup, const struct spec *spec)
{
	CLEANUP_CLOSE int program = load_device_program(spec);
	if (program < 0)
		return -1;
	union bpf_attr attributes = {
		.target_fd = (uint32_t)cgroup,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI,
	};
	return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes));
}

int cgroup_make(const struct store *store, const struct spec *spec, struct failure *failure)
{
	if (spec->device_rules.count > MAX_DEVICE_RULES)
		return fail_with(failure, STAGE_CGROUP, E2BIG, "device rules");
	/* Left by a monitor that was killed. */
	if (mkdirat(store->cgroup_fd, spec->id, 0755) < 0 && errno != EEXIST)
		return fail(failure, STAGE_CGROUP, spec->id);
	CLEANUP_CLOSE int cgroup = openat(store->cgroup_fd, spec->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cgroup < 0 || cgroup_confine_devices(cgroup, spec) < 0) {
		fail(failure, STAGE_CGROUP, "device rules");
		unlinkat(store->cgroup_fd, spec->id, AT_REMOVEDIR);
		return -1;
	}
	return take_fd(&cgroup);
}

void cgroup_end(const struct store *store, const char *id)
{
	cgroup1_end(store, id);
	if (store->cgroup_fd < 0)
		return;
	/* The common case: PID 1's end has taken all others along. */
	if (unlinkat(store->cgroup_fd, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	CLEANUP_CLOSE int cgroup = openat(store->cgroup_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cgroup < 0)
		return;
	write_existing(cgroup, "cgroup.kill", "1");
	/* Killed is not yet gone: some milliseconds at most. */
	for (int attempt = 0; attempt < 200; attempt++) {
		if (unlinkat(store->cgroup_fd, id, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
	}
}

bool cgroup_had_oom(const struct store *store, const char *id)
{
	char path[96], text[256] = { 0 };
	unsigned long count = 0;
	snprintf(path, sizeof(path), "%s/memory.events", id);
	CLEANUP_CLOSE int fd = store->cgroup_fd < 0 ? -1 : openat(store->cgroup_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read_full(fd, text, sizeof(text) - 1) < 0)
		return cgroup1_had_oom(store, id);
	const char *line = strstr(text, "oom_kill ");
	return line && sscanf(line, "oom_kill %lu", &count) == 1 && count > 0;
}

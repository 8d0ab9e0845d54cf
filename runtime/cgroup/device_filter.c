/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel calls the program with r1 pointing to {access<<16|type, major,
 * minor} (struct bpf_cgroup_dev_ctx) and lets the call happen when it returns
 * 1. Registers: r2 type, r3 access, r4 major, r5 minor, r1 scratch.
 */
#include "runtime/cgroup/device_filter.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

/* Prologue, epilogue, and at most eight instructions for one exception. */
enum { FIXED_CODE = 8, CODE_PER_RULE = 8 };

static void emit(struct device_filter *out, uint8_t code, unsigned dst,
		 int16_t offset, int32_t value)
{
	out->code[out->count++] = (struct bpf_insn){
		.code = code,
		.dst_reg = dst & 0xfU,
		.src_reg = 0,
		.off = offset,
		.imm = value,
	};
}

static void emit_from(struct device_filter *out, uint8_t code, unsigned dst,
		      unsigned src, int16_t offset)
{
	out->code[out->count++] = (struct bpf_insn){
		.code = code,
		.dst_reg = dst & 0xfU,
		.src_reg = src & 0xfU,
		.off = offset,
		.imm = 0,
	};
}

static void emit_return(struct device_filter *out, bool allow)
{
	emit(out, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, allow);
	emit(out, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

/* Emit the tests of RULE; each failing one jumps behind the return. */
static void emit_exception(struct device_filter *out,
			   const struct device_rule *rule, bool allow)
{
	size_t jumps[4];
	size_t jump_count = 0;

	jumps[jump_count++] = out->count;
	emit(out, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0,
	     rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->access != DEVICE_ALL) {
		emit_from(out, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1,
			  BPF_REG_3, 0);
		emit(out, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_1, 0,
		     (int32_t)rule->access);
		jumps[jump_count++] = out->count;
		if (allow) /* all of what is asked must be granted */
			emit_from(out, BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1,
				  BPF_REG_3, 0);
		else /* any of what is asked is refused */
			emit(out, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_1, 0, 0);
	}
	if (rule->major != DEVICE_ANY) {
		jumps[jump_count++] = out->count;
		emit(out, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0,
		     (int32_t)rule->major);
	}
	if (rule->minor != DEVICE_ANY) {
		jumps[jump_count++] = out->count;
		emit(out, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0,
		     (int32_t)rule->minor);
	}
	emit_return(out, allow);
	for (size_t i = 0; i < jump_count; i++)
		out->code[jumps[i]].off = (int16_t)(out->count - jumps[i] - 1);
}

static int bpf_call(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static int fail(struct error *err, const char *what)
{
	if (errno == EINVAL || errno == ENOSYS)
		return error_set(err, ERROR_UNSUPPORTED,
				 "%s: the kernel has no device programs "
				 "(CONFIG_CGROUP_BPF)",
				 what);
	return error_sys(err, errno, "%s", what);
}

void device_filter_assemble(const struct device_rules *rules,
			    struct device_filter *out)
{
	out->code = xcalloc(FIXED_CODE + rules->count * CODE_PER_RULE,
			    sizeof(*out->code));
	out->count = 0;
	emit_from(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_2, BPF_REG_1, 0);
	emit_from(out, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0);
	emit(out, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0xffff);
	emit(out, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_3, 0, 16);
	emit_from(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_4, BPF_REG_1, 4);
	emit_from(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_5, BPF_REG_1, 8);
	for (size_t i = 0; i < rules->count; i++)
		emit_exception(out, &rules->exceptions[i],
			       !rules->allow_by_default);
	emit_return(out, rules->allow_by_default);
}

int device_filter_attach(const struct device_filter *filter, int group_fd,
			 struct error *err)
{
	union bpf_attr load, attach;
	autoclose int program = -1;

	memset(&load, 0, sizeof(load));
	load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	load.insns = (uint64_t)(uintptr_t)filter->code;
	load.insn_cnt = (uint32_t)filter->count;
	load.license = (uint64_t)(uintptr_t) "Apache-2.0";
	program = bpf_call(BPF_PROG_LOAD, &load);
	if (program < 0)
		return fail(err, "load the device program");
	memset(&attach, 0, sizeof(attach));
	attach.target_fd = (uint32_t)group_fd;
	attach.attach_bpf_fd = (uint32_t)program;
	attach.attach_type = BPF_CGROUP_DEVICE;
	/* so that a manager below this group can add rules of its own */
	attach.attach_flags = BPF_F_ALLOW_MULTI;
	if (bpf_call(BPF_PROG_ATTACH, &attach) < 0)
		return fail(err, "attach the device program");
	return 0;
}

void device_filter_release(struct device_filter *filter)
{
	free(filter->code);
	*filter = (struct device_filter)DEVICE_FILTER_INIT;
}

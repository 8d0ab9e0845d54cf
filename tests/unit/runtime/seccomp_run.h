/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs seccomp programs as the kernel does, for the tests of those who write
 * them. Fails the test when a program is not one the kernel would take.
 */
#ifndef UNIT_RUNTIME_SECCOMP_RUN_H
#define UNIT_RUNTIME_SECCOMP_RUN_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/seccomp/seccomp_filter.h"

/* The registers of the machine that runs them. */
struct seccomp_run {
	uint32_t a, x, scratch[BPF_MEMWORDS];
};

/* Do what IN says if it neither jumps nor returns; whether it did. */
static inline bool seccomp_run_plain(struct seccomp_run *run,
				     const struct sock_filter *in,
				     const struct seccomp_data *data)
{
	switch (in->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		assert_true(in->k <= sizeof(*data) - 4 && in->k % 4 == 0);
		memcpy(&run->a, (const char *)data + in->k, 4);
		return true;
	case BPF_ALU | BPF_AND | BPF_K:
		run->a &= in->k;
		return true;
	case BPF_ALU | BPF_RSH | BPF_X:
		assert_true(run->x < 32); /* else it is undefined */
		run->a >>= run->x;
		return true;
	case BPF_LDX | BPF_IMM:
		run->x = in->k;
		return true;
	case BPF_LDX | BPF_MEM:
		assert_true(in->k < BPF_MEMWORDS);
		run->x = run->scratch[in->k];
		return true;
	case BPF_ST:
		assert_true(in->k < BPF_MEMWORDS);
		run->scratch[in->k] = run->a;
		return true;
	case BPF_MISC | BPF_TXA:
		run->a = run->x;
		return true;
	default:
		return false;
	}
}

/* Run COUNT instructions of CODE on DATA. */
static inline uint32_t run(const struct sock_filter *code, size_t count,
			   const struct seccomp_data *data)
{
	struct seccomp_run at = { 0 };

	for (size_t pc = 0; pc < count; pc++) {
		const struct sock_filter *in = &code[pc];
		bool taken = false;

		if (seccomp_run_plain(&at, in, data))
			continue;
		switch (in->code) {
		case BPF_JMP | BPF_JA:
			pc += in->k;
			continue;
		case BPF_RET | BPF_K:
			return in->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			taken = at.a == in->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			taken = at.a > in->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			taken = at.a >= in->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			taken = at.a & in->k;
			break;
		default:
			fail_msg("instruction %04x", in->code);
		}
		pc += taken ? in->jt : in->jf;
	}
	fail_msg("the program runs off its end");
	return 0;
}

/* What FILTER says to call NUMBER; ARGS may be NULL. */
static inline uint32_t ask(const struct seccomp_filter *filter, uint32_t audit,
			   uint32_t number, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = (int)number, .arch = audit };

	if (args)
		memcpy(data.args, args, sizeof(data.args));
	return run(filter->program.filter, filter->program.len, &data);
}

#endif

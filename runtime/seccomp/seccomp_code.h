/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp program while it is being written: backwards, from the last
 * instruction to the first. Then every jump's target exists when the jump is
 * written, and its distance is known. A label is the number of instructions
 * from the program's end; what is written next runs before what is there, and
 * falls through to it.
 *
 * Conditional jumps reach 255 instructions; a farther target gets an
 * unconditional jump nearby. A program that outgrows the kernel's limit is
 * marked, and what is put after that is lost. Pure.
 */
#ifndef RUNTIME_SECCOMP_CODE_H
#define RUNTIME_SECCOMP_CODE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/seccomp/seccomp_profile.h"

enum {
	SECCOMP_CODE_REACH = 250, /* of a jump, with some to spare */
	SECCOMP_CODE_RETURNS = 8, /* that are remembered */
};

struct seccomp_code {
	struct sock_filter code[BPF_MAXINSNS]; /* filled from the end */
	size_t used;
	bool overflow;
	/* the latest return of an action, to be jumped to again */
	struct {
		uint32_t action;
		size_t label; /* 0: nowhere yet */
	} returns[SECCOMP_CODE_RETURNS];
	size_t next_return; /* which of them is forgotten next */
};

/* Write an instruction that does not jump; its label. */
size_t seccomp_code_put(struct seccomp_code *code, uint16_t operation,
			uint32_t k);

/* Write a jump to TARGET. */
size_t seccomp_code_jump(struct seccomp_code *code, size_t target);

/*
 * Write: to YES when the accumulator compares with K as TEST (BPF_JEQ,
 * BPF_JGT, BPF_JGE, BPF_JSET) says, else to NO.
 */
size_t seccomp_code_test(struct seccomp_code *code, uint16_t test, uint32_t k,
			 size_t yes, size_t no);

/* Write a load of the word at OFFSET of struct seccomp_data. */
size_t seccomp_code_load(struct seccomp_code *code, size_t offset);

/* Where ACTION is returned; written unless a jump reaches one already. */
size_t seccomp_code_return(struct seccomp_code *code, uint32_t action);

/*
 * Write PROFILE's rules for table row SYSCALL in turn; what none takes gets
 * the default action. Arguments have 64 bits when IS_WIDE, else 32.
 */
size_t seccomp_code_rules(struct seccomp_code *code,
			  const struct seccomp_profile *profile,
			  uint16_t syscall, bool is_wide);

#endif

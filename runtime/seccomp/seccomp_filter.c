/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each architecture's calls are first laid out in a flat array, one entry per
 * number (a `segment`), then become code in one of two shapes:
 *
 * - a tree of ranges, for 64-bit calls. The kernel finds out by itself which
 *   numbers such code always allows, and from then on does not run it for
 *   these; but it understands only loads of the number, comparisons and AND.
 * - words of bits, for 32-bit calls: one bit per number says whether it gets
 *   what most numbers get (to be allowed); a small tree decides about the
 *   others. That takes a shift, which the kernel's reckoning does not follow:
 *   a 32-bit call runs the code, some 15 ns. In return the default filter has
 *   half of the instructions, and loading it costs about 0.2 us for each.
 */
#include "runtime/seccomp/seccomp_filter.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/seccomp/seccomp_code.h"

enum {
	SEGMENT_SIZE = 1024, /* numbers of one segment; the highest is 547 */
	RANGES_MAX = SEGMENT_SIZE + 2,
	VERDICTS_MAX = 1024, /* distinct outcomes: actions and chains */
	EXCEPTIONS_MAX = 6,  /* of one run: more make long ways */
	WORD_BITS = 32,
	TREE_MAX = 48, /* runs that are fewer than words would take */
};

enum verdict_id {
	VERDICT_NONE = 0, /* no such call */
	VERDICT_DEFAULT,
	VERDICT_ABSENT, /* an architecture that is not let in */
	VERDICT_FIRST_FREE,
};

/* An outcome: a plain action, or a call's rules tried in turn. */
struct verdict {
	uint32_t action;
	bool is_chain;
	uint16_t syscall; /* whose rules, of a chain */
	/* where a chain's code is, for narrow and for wide arguments; 0:
	 * nowhere yet */
	size_t labels[2];
};

/* What the numbers of one architecture's segment lead to. */
struct segment {
	enum seccomp_arch arch;
	uint32_t audit;	 /* the kernel's name of the architecture */
	uint32_t base;	 /* of the numbers as the kernel sees them */
	uint32_t offset; /* of the numbers as the table has them */
	bool is_wide;	 /* arguments have 64 bits */
};

/* Sorted by `base` within one `audit`. */
static const struct segment segments[] = {
	{ SECCOMP_ARCH_X86_64, AUDIT_ARCH_X86_64, 0, 0, true },
	{ SECCOMP_ARCH_X32, AUDIT_ARCH_X86_64, SECCOMP_X32_BIT, 0, false },
	{ SECCOMP_ARCH_X86, AUDIT_ARCH_I386, 0, 0, false },
	{ SECCOMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0, 0, true },
	{ SECCOMP_ARCH_ARM, AUDIT_ARCH_ARM, 0, 0, false },
	{ SECCOMP_ARCH_ARM, AUDIT_ARCH_ARM, 0xf0000, 0xf0000, false },
};

#define SEGMENT_COUNT (sizeof(segments) / sizeof(segments[0]))

/* From START up to the next range's start. */
struct range {
	uint32_t start;
	uint16_t verdict;
};

/*
 * Ranges FIRST to LAST, of which every second is one number and the others
 * lead to the same verdict. A number's exception takes one instruction, a
 * range of its own two.
 */
struct run {
	uint16_t first, last;
};

struct assembler {
	const struct seccomp_profile *profile;
	struct seccomp_code code;
	struct verdict verdicts[VERDICTS_MAX];
	size_t verdict_count;
	bool overflow;			   /* of the verdicts */
	uint16_t of_syscall[SEGMENT_SIZE]; /* by table row; 0: no rule */
	/* of the segment at hand */
	const struct segment *segment;
	uint16_t of_number[SEGMENT_SIZE];
	uint32_t end; /* beyond it numbers are none the profile knew */
	struct range ranges[RANGES_MAX];
	size_t range_count;
	struct run runs[RANGES_MAX];
	size_t run_count;
};

/* The code of a verdict. */
static size_t put_verdict(struct assembler *as, uint16_t id)
{
	struct verdict *verdict = &as->verdicts[id];
	size_t *label = &verdict->labels[as->segment->is_wide];

	if (!verdict->is_chain)
		return seccomp_code_return(&as->code, verdict->action);
	if (!*label)
		*label = seccomp_code_rules(&as->code, as->profile,
					    verdict->syscall,
					    as->segment->is_wide);
	return *label;
}

static size_t put_run(struct assembler *as, const struct run *run)
{
	size_t label = put_verdict(as, as->ranges[run->first].verdict);

	for (size_t i = run->last; i > run->first; i -= 2) {
		const struct range *range = &as->ranges[i - 1];
		size_t yes = put_verdict(as, range->verdict);

		label = seccomp_code_test(&as->code, BPF_JEQ, range->start, yes,
					  label);
	}
	return label;
}

/* A binary tree over the runs FIRST to LAST, both included. */
static size_t put_tree(struct assembler *as, size_t first, size_t last)
{
	size_t middle = first + (last - first + 1) / 2;
	size_t above, below;

	if (first == last)
		return put_run(as, &as->runs[first]);
	above = put_tree(as, middle, last);
	below = put_tree(as, first, middle - 1);
	return seccomp_code_test(&as->code, BPF_JGE,
				 as->ranges[as->runs[middle].first].start,
				 above, below);
}

/* The verdict for ACTION; equal actions share one. */
static uint16_t verdict_of(struct assembler *as, uint32_t action)
{
	size_t i = VERDICT_DEFAULT;

	while (i < as->verdict_count &&
	       (as->verdicts[i].is_chain || as->verdicts[i].action != action))
		i++;
	if (i == as->verdict_count) {
		if (i == VERDICTS_MAX) {
			as->overflow = true;
			return VERDICT_DEFAULT;
		}
		as->verdicts[as->verdict_count++].action = action;
	}
	return (uint16_t)i;
}

static uint16_t chain_of(struct assembler *as, uint16_t syscall)
{
	struct verdict *verdict = &as->verdicts[as->verdict_count];

	if (as->verdict_count == VERDICTS_MAX) {
		as->overflow = true;
		return VERDICT_DEFAULT;
	}
	verdict->is_chain = true;
	verdict->syscall = syscall;
	return (uint16_t)as->verdict_count++;
}

/* Whether a default of ACTION lets calls happen, so that unknown ones may. */
static bool is_letting(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_USER_NOTIF:
		return true;
	default:
		return false;
	}
}

/*
 * Find each call's verdict. A rule without conditions beats those with,
 * wherever it stands; else the first of its kind counts.
 */
static void judge(struct assembler *as)
{
	const struct seccomp_profile *profile = as->profile;
	uint32_t absent = SECCOMP_RET_ERRNO | ENOSYS;

	as->verdict_count = VERDICT_FIRST_FREE;
	as->verdicts[VERDICT_NONE].action = is_letting(profile->default_action)
						    ? profile->default_action
						    : absent;
	as->verdicts[VERDICT_ABSENT].action = absent;
	as->verdicts[VERDICT_DEFAULT].action = profile->default_action;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];
		uint16_t *verdict = &as->of_syscall[rule->syscall];

		if (rule->condition_count == 0 &&
		    (!*verdict || as->verdicts[*verdict].is_chain))
			*verdict = verdict_of(as, rule->action);
		else if (!*verdict)
			*verdict = chain_of(as, rule->syscall);
	}
}

static bool is_same(const struct assembler *as, uint16_t a, uint16_t b)
{
	const struct verdict *one = &as->verdicts[a];
	const struct verdict *other = &as->verdicts[b];

	return a == b || (!one->is_chain && !other->is_chain &&
			  one->action == other->action);
}

/* The verdict of the number INDEX of the segment. */
static uint16_t verdict_at(const struct assembler *as, uint32_t index)
{
	bool is_in = as->profile->arches & (1U << as->segment->arch);

	if (!is_in)
		return VERDICT_ABSENT;
	return index < as->end ? as->of_number[index] : VERDICT_NONE;
}

/*
 * Lay out SEGMENT. Numbers beyond the last one the profile has a rule for
 * belong to calls its writer did not know.
 */
static void lay_out(struct assembler *as, const struct segment *segment)
{
	as->segment = segment;
	as->end = 0;
	memset(as->of_number, 0, sizeof(as->of_number));
	if (!(as->profile->arches & (1U << segment->arch)))
		return;
	for (size_t row = 0; row < seccomp_syscall_count; row++) {
		int32_t number = seccomp_syscall_number(row, segment->arch);
		uint32_t index = (uint32_t)number - segment->offset;

		if (number < 0 || index >= SEGMENT_SIZE)
			continue;
		as->of_number[index] = as->of_syscall[row] ? as->of_syscall[row]
							   : VERDICT_DEFAULT;
		if (as->of_syscall[row] && index >= as->end)
			as->end = index + 1;
	}
}

/* Read off the ranges; numbers that lead to SKIP fit into any. */
static void find_ranges(struct assembler *as, const uint16_t *skip)
{
	as->range_count = 0;
	for (uint32_t i = 0; i <= as->end; i++) {
		uint16_t verdict = verdict_at(as, i);
		size_t count = as->range_count;

		if ((skip && i < as->end && is_same(as, verdict, *skip)) ||
		    (count &&
		     is_same(as, as->ranges[count - 1].verdict, verdict)))
			continue;
		as->ranges[as->range_count++] = (struct range){
			.start = as->segment->base + i,
			.verdict = verdict,
		};
	}
}

/* Whether ranges I and I + 1 are an exception and more of range I - 1. */
static bool is_exception(const struct assembler *as, size_t i)
{
	const struct range *at = &as->ranges[i];

	return i + 1 < as->range_count && at[1].start - at->start == 1 &&
	       is_same(as, at[-1].verdict, at[1].verdict);
}

static void find_runs(struct assembler *as)
{
	as->run_count = 0;
	for (size_t i = 0; i < as->range_count; i++) {
		size_t first = i;

		while (i < first + 2 * EXCEPTIONS_MAX &&
		       is_exception(as, i + 1))
			i += 2;
		as->runs[as->run_count++] = (struct run){
			.first = (uint16_t)first,
			.last = (uint16_t)i,
		};
	}
}

static size_t put_ranges(struct assembler *as, const uint16_t *skip)
{
	find_ranges(as, skip);
	find_runs(as);
	return put_tree(as, 0, as->run_count - 1);
}

/* The plain verdict that most numbers of the segment lead to. */
static uint16_t find_usual(const struct assembler *as)
{
	uint16_t counts[VERDICTS_MAX] = { 0 };
	uint16_t usual = VERDICT_DEFAULT;

	for (uint32_t i = 0; i < as->end; i++) {
		uint16_t verdict = as->of_number[i];

		counts[verdict]++;
		if (!as->verdicts[verdict].is_chain &&
		    counts[verdict] > counts[usual])
			usual = verdict;
	}
	return usual;
}

/* Which of the WORD_BITS numbers from INDEX lead to USUAL. */
static uint32_t word_at(const struct assembler *as, uint32_t index,
			uint16_t usual)
{
	uint32_t word = 0;

	for (uint32_t bit = 0; bit < WORD_BITS; bit++)
		if (is_same(as, verdict_at(as, index + bit), usual))
			word |= UINT32_C(1) << bit;
	return word;
}

/*
 * The number is in the accumulator and stays there until its word is in the
 * index register; then they change places by way of the scratch memory.
 */
static size_t put_words(struct assembler *as)
{
	struct seccomp_code *code = &as->code;
	uint16_t usual = find_usual(as);
	size_t rest = put_ranges(as, &usual);
	size_t bit, label = rest, yes;
	uint32_t next = 0;

	if (rest != code->used)
		rest = seccomp_code_jump(code, rest);
	bit = seccomp_code_load(code, offsetof(struct seccomp_data, nr));
	yes = seccomp_code_return(code, as->verdicts[usual].action);
	(void)seccomp_code_test(code, BPF_JSET, 1, yes, bit);
	(void)seccomp_code_put(code, BPF_ALU | BPF_RSH | BPF_X, 0);
	(void)seccomp_code_put(code, BPF_LDX | BPF_MEM, 0);
	(void)seccomp_code_put(code, BPF_MISC | BPF_TXA, 0);
	(void)seccomp_code_put(code, BPF_ST, 0);
	bit = seccomp_code_put(code, BPF_ALU | BPF_AND | BPF_K, WORD_BITS - 1);
	label = rest;
	for (uint32_t i = (as->end + WORD_BITS - 1) / WORD_BITS; i-- > 0;) {
		uint32_t word = word_at(as, i * WORD_BITS, usual);
		uint32_t end = as->segment->base + (i + 1) * WORD_BITS;

		if (label != rest && word == next)
			continue;
		(void)seccomp_code_test(code, BPF_JGE, end, label, bit);
		label = seccomp_code_put(code, BPF_LDX | BPF_IMM, word);
		next = word;
	}
	return label;
}

static size_t put_segment(struct assembler *as, const struct segment *segment)
{
	lay_out(as, segment);
	find_ranges(as, NULL);
	find_runs(as);
	if (segment->is_wide || as->run_count <= TREE_MAX)
		return put_tree(as, 0, as->run_count - 1);
	return put_words(as);
}

/* The code for all segments of AUDIT; 0 when none of them is let in. */
static size_t put_arch(struct assembler *as, uint32_t audit)
{
	size_t above = 0;
	uint32_t above_base = 0;
	bool is_in = false;

	for (size_t i = 0; i < SEGMENT_COUNT; i++)
		is_in = is_in ||
			(segments[i].audit == audit &&
			 (as->profile->arches & (1U << segments[i].arch)));
	if (!is_in)
		return 0;
	for (size_t i = SEGMENT_COUNT; i-- > 0;) {
		size_t label;

		if (segments[i].audit != audit)
			continue;
		label = put_segment(as, &segments[i]);
		above = above ? seccomp_code_test(&as->code, BPF_JGE,
						  above_base, above, label)
			      : label;
		above_base = segments[i].base;
	}
	if (above != as->code.used)
		(void)seccomp_code_jump(&as->code, above);
	return seccomp_code_load(&as->code, offsetof(struct seccomp_data, nr));
}

static void put_program(struct assembler *as)
{
	static const uint32_t audits[] = { AUDIT_ARCH_ARM, AUDIT_ARCH_AARCH64,
					   AUDIT_ARCH_I386, AUDIT_ARCH_X86_64 };
	size_t starts[4], next;

	for (size_t i = 0; i < 4; i++)
		starts[i] = put_arch(as, audits[i]);
	next = seccomp_code_return(&as->code, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < 4; i++)
		if (starts[i])
			next = seccomp_code_test(&as->code, BPF_JEQ, audits[i],
						 starts[i], next);
	if (next != as->code.used)
		(void)seccomp_code_jump(&as->code, next);
	(void)seccomp_code_load(&as->code, offsetof(struct seccomp_data, arch));
}

static bool has_notification(const struct seccomp_profile *profile)
{
	bool found = profile->default_action == SECCOMP_RET_USER_NOTIF;

	for (size_t i = 0; i < profile->rule_count; i++)
		found = found ||
			profile->rules[i].action == SECCOMP_RET_USER_NOTIF;
	return found;
}

int seccomp_filter_build(const struct seccomp_profile *profile,
			 struct seccomp_filter *out, struct error *err)
{
	autofree struct assembler *as = xcalloc(1, sizeof(*as));

	if (!(profile->arches & ~(1U << SECCOMP_ARCH_NONE)))
		return error_set(err, ERROR_UNSUPPORTED,
				 "no system call table for this "
				 "architecture");
	assert(seccomp_syscall_count <= SEGMENT_SIZE);
	as->profile = profile;
	judge(as);
	put_program(as);
	if (as->overflow || as->code.overflow)
		return error_set(err, ERROR_TOO_LARGE,
				 "seccomp profile: its program has more than "
				 "%d instructions",
				 BPF_MAXINSNS);
	out->program.len = (unsigned short)as->code.used;
	out->program.filter =
		xmemdup(&as->code.code[BPF_MAXINSNS - as->code.used],
			as->code.used * sizeof(struct sock_filter));
	out->flags = profile->flags;
	out->wants_listener = has_notification(profile);
	return 0;
}

void seccomp_filter_release(struct seccomp_filter *filter)
{
	free(filter->program.filter);
	*filter = (struct seccomp_filter)SECCOMP_FILTER_INIT;
}

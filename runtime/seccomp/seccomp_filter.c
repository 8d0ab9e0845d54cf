/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assembles backwards, from the last instruction to the first: then every
 * jump's target exists when the jump is written, and its distance is known.
 * A label is the number of instructions from the program's end. Conditional
 * jumps reach 255 instructions; a farther target gets an unconditional jump
 * nearby.
 *
 * Each architecture's calls are first laid out in flat arrays, one entry per
 * number (a `segment`), then read off as ranges.
 */
#include "runtime/seccomp/seccomp_filter.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"

enum {
	SEGMENT_SIZE = 1024, /* numbers of one segment; the highest is 547 */
	RANGES_MAX = 2 * SEGMENT_SIZE + 4,
	REACH = 250,	     /* of a conditional jump, with some to spare */
	VERDICTS_MAX = 1024, /* distinct outcomes: actions and chains */
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
	/* where its code is, a chain's for narrow and for wide arguments;
	 * 0: nowhere yet */
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
	bool is_wide;
};

struct assembler {
	const struct seccomp_profile *profile;
	struct sock_filter code[BPF_MAXINSNS]; /* filled from the end */
	size_t used;
	bool overflow;
	struct verdict verdicts[VERDICTS_MAX];
	size_t verdict_count;
	uint16_t of_syscall[SEGMENT_SIZE]; /* by table row; 0: no rule */
	struct range ranges[RANGES_MAX];
	size_t range_count;
};

/* Write one instruction before all others; the label that stands for it. */
static size_t put(struct assembler *as, uint16_t code, uint32_t k, size_t yes,
		  size_t no)
{
	struct sock_filter *slot;

	if (as->used == BPF_MAXINSNS) {
		as->overflow = true;
		return as->used;
	}
	slot = &as->code[BPF_MAXINSNS - 1 - as->used];
	slot->code = code;
	slot->k = k;
	slot->jt = yes ? (uint8_t)(as->used - yes) : 0;
	slot->jf = no ? (uint8_t)(as->used - no) : 0;
	return ++as->used;
}

static size_t put_jump(struct assembler *as, size_t target)
{
	return put(as, BPF_JMP | BPF_JA, (uint32_t)(as->used - target), 0, 0);
}

/* TARGET, or a jump to it that a conditional jump can reach. */
static size_t near(struct assembler *as, size_t target)
{
	return as->used - target > REACH ? put_jump(as, target) : target;
}

/* Go to YES when the accumulator compares with K as TEST says, else to NO. */
static size_t put_test(struct assembler *as, uint16_t test, uint32_t k,
		       size_t yes, size_t no)
{
	yes = near(as, yes);
	no = near(as, no);
	return put(as, BPF_JMP | test | BPF_K, k, yes, no);
}

static size_t put_load(struct assembler *as, size_t offset)
{
	return put(as, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static size_t put_return(struct assembler *as, uint32_t action)
{
	return put(as, BPF_RET | BPF_K, action, 0, 0);
}

/* Where a condition leads, and how wide the argument it looks at is. */
struct ways {
	size_t yes, no;
	bool is_wide;
};

/* The halves of an argument lie in the machine's order: low first on ours. */
static size_t low_half(unsigned index)
{
	return offsetof(struct seccomp_data, args) + 8 * (size_t)index;
}

static size_t high_half(unsigned index)
{
	return low_half(index) + 4;
}

static size_t put_masked(struct assembler *as,
			 const struct seccomp_condition *it, struct ways to)
{
	uint32_t high_mask = (uint32_t)(it->value >> 32);
	uint32_t high = (uint32_t)(it->second >> 32);
	size_t label;

	(void)put_test(as, BPF_JEQ, (uint32_t)it->second, to.yes, to.no);
	(void)put(as, BPF_ALU | BPF_AND | BPF_K, (uint32_t)it->value, 0, 0);
	label = put_load(as, low_half(it->index));
	if (!to.is_wide || (!high_mask && !high))
		return label;
	(void)put_test(as, BPF_JEQ, high, label, to.no);
	(void)put(as, BPF_ALU | BPF_AND | BPF_K, high_mask, 0, 0);
	return put_load(as, high_half(it->index));
}

/* TEST (BPF_JEQ, BPF_JGT or BPF_JGE) of a whole argument. */
static size_t put_compare(struct assembler *as,
			  const struct seccomp_condition *it, uint16_t test,
			  struct ways to)
{
	uint32_t high = (uint32_t)(it->value >> 32);
	size_t label;

	(void)put_test(as, test, (uint32_t)it->value, to.yes, to.no);
	label = put_load(as, low_half(it->index));
	if (!to.is_wide)
		return label;
	label = put_test(as, BPF_JEQ, high, label, to.no);
	if (test != BPF_JEQ)
		(void)put_test(as, BPF_JGT, high, to.yes, label);
	return put_load(as, high_half(it->index));
}

static size_t put_condition(struct assembler *as,
			    const struct seccomp_condition *it, struct ways to)
{
	struct ways swapped = { to.no, to.yes, to.is_wide };

	switch (it->compare) {
	case SECCOMP_NOT_EQUAL:
		return put_compare(as, it, BPF_JEQ, swapped);
	case SECCOMP_LESS:
		return put_compare(as, it, BPF_JGE, swapped);
	case SECCOMP_LESS_OR_EQUAL:
		return put_compare(as, it, BPF_JGT, swapped);
	case SECCOMP_COMPARE_NONE:
	case SECCOMP_EQUAL:
		return put_compare(as, it, BPF_JEQ, to);
	case SECCOMP_GREATER_OR_EQUAL:
		return put_compare(as, it, BPF_JGE, to);
	case SECCOMP_GREATER:
		return put_compare(as, it, BPF_JGT, to);
	case SECCOMP_MASKED_EQUAL:
		return put_masked(as, it, to);
	}
	return to.no;
}

/* The rules of SYSCALL in turn; what none takes gets the default action. */
static size_t put_chain(struct assembler *as, uint16_t syscall, bool is_wide)
{
	const struct seccomp_profile *profile = as->profile;
	size_t next = put_return(as, profile->default_action);

	for (size_t i = profile->rule_count; i-- > 0;) {
		const struct seccomp_rule *rule = &profile->rules[i];
		size_t label;

		if (rule->syscall != syscall)
			continue;
		label = put_return(as, rule->action);
		for (size_t c = rule->condition_count; c-- > 0;)
			label = put_condition(
				as, &profile->conditions[rule->conditions + c],
				(struct ways){ label, next, is_wide });
		next = label;
	}
	return next;
}

/* The code of a verdict, near enough to be jumped to. */
static size_t put_verdict(struct assembler *as, const struct range *range)
{
	struct verdict *verdict = &as->verdicts[range->verdict];
	bool is_wide = verdict->is_chain && range->is_wide;
	size_t *label = &verdict->labels[is_wide];

	if (*label && as->used - *label <= REACH)
		return *label;
	if (!verdict->is_chain)
		*label = put_return(as, verdict->action);
	else if (!*label)
		*label = put_chain(as, verdict->syscall, is_wide);
	else
		return put_jump(as, *label);
	return *label;
}

/* A binary tree over the ranges FIRST to LAST, both included. */
static size_t put_tree(struct assembler *as, size_t first, size_t last)
{
	size_t middle = first + (last - first + 1) / 2;
	size_t above, below;

	if (first == last)
		return put_verdict(as, &as->ranges[first]);
	above = put_tree(as, middle, last);
	below = put_tree(as, first, middle - 1);
	return put_test(as, BPF_JGE, as->ranges[middle].start, above, below);
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

static void add_range(struct assembler *as, const struct segment *segment,
		      uint32_t start, uint16_t verdict)
{
	if (as->range_count &&
	    is_same(as, as->ranges[as->range_count - 1].verdict, verdict))
		return;
	as->ranges[as->range_count++] = (struct range){
		.start = start,
		.verdict = verdict,
		.is_wide = segment->is_wide,
	};
}

/*
 * Read off the ranges of one segment. Numbers beyond the last one the profile
 * has a rule for belong to calls its writer did not know.
 */
static void add_segment(struct assembler *as, const struct segment *segment)
{
	uint16_t verdicts[SEGMENT_SIZE] = { 0 };
	bool is_in = as->profile->arches & (1U << segment->arch);
	uint32_t last = 0;

	for (size_t row = 0; is_in && row < seccomp_syscall_count; row++) {
		int32_t number = seccomp_syscall_number(row, segment->arch);
		uint32_t index = (uint32_t)number - segment->offset;

		if (number < 0 || index >= SEGMENT_SIZE)
			continue;
		verdicts[index] = as->of_syscall[row] ? as->of_syscall[row]
						      : VERDICT_DEFAULT;
		if (as->of_syscall[row] && index >= last)
			last = index + 1;
	}
	for (uint32_t i = 0; i < last; i++)
		add_range(as, segment, segment->base + i, verdicts[i]);
	add_range(as, segment, segment->base + last,
		  is_in ? VERDICT_NONE : VERDICT_ABSENT);
}

/* The code for all segments of AUDIT; 0 when none of them is let in. */
static size_t put_arch(struct assembler *as, uint32_t audit)
{
	bool is_in = false;
	size_t root;

	as->range_count = 0;
	for (size_t i = 0; i < SEGMENT_COUNT; i++) {
		if (segments[i].audit != audit)
			continue;
		is_in = is_in ||
			(as->profile->arches & (1U << segments[i].arch));
		add_segment(as, &segments[i]);
	}
	if (!is_in)
		return 0;
	root = put_tree(as, 0, as->range_count - 1);
	if (root != as->used)
		(void)put_jump(as, root);
	return put_load(as, offsetof(struct seccomp_data, nr));
}

static void put_program(struct assembler *as)
{
	static const uint32_t audits[] = { AUDIT_ARCH_ARM, AUDIT_ARCH_AARCH64,
					   AUDIT_ARCH_I386, AUDIT_ARCH_X86_64 };
	size_t starts[4], next;

	for (size_t i = 0; i < 4; i++)
		starts[i] = put_arch(as, audits[i]);
	next = put_return(as, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < 4; i++)
		if (starts[i])
			next = put_test(as, BPF_JEQ, audits[i], starts[i],
					next);
	(void)put_load(as, offsetof(struct seccomp_data, arch));
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
	if (as->overflow)
		return error_set(err, ERROR_TOO_LARGE,
				 "seccomp profile: its program has more than "
				 "%d instructions",
				 BPF_MAXINSNS);
	out->program.len = (unsigned short)as->used;
	out->program.filter = xmemdup(&as->code[BPF_MAXINSNS - as->used],
				      as->used * sizeof(struct sock_filter));
	out->flags = profile->flags;
	out->wants_listener = has_notification(profile);
	return 0;
}

void seccomp_filter_release(struct seccomp_filter *filter)
{
	free(filter->program.filter);
	*filter = (struct seccomp_filter)SECCOMP_FILTER_INIT;
}

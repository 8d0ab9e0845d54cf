/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions, and the conditions of rules.
 *
 * Rules that look at one and the same argument stand in the default profile
 * and in most others one after the other, with small values. They become a
 * group: the argument's upper half is looked at once for all, and its lower
 * half loaded once, which is half of the instructions.
 */
#include "runtime/seccomp/seccomp_code.h"

#include <linux/seccomp.h>

static size_t put(struct seccomp_code *code, struct sock_filter instruction)
{
	if (code->used == BPF_MAXINSNS) {
		code->overflow = true;
		return code->used;
	}
	code->code[BPF_MAXINSNS - 1 - code->used] = instruction;
	return ++code->used;
}

size_t seccomp_code_put(struct seccomp_code *code, uint16_t operation,
			uint32_t k)
{
	return put(code, (struct sock_filter){ operation, 0, 0, k });
}

size_t seccomp_code_jump(struct seccomp_code *code, size_t target)
{
	return seccomp_code_put(code, BPF_JMP | BPF_JA,
				(uint32_t)(code->used - target));
}

/* TARGET, or a jump to it that a conditional jump can reach. */
static size_t near(struct seccomp_code *code, size_t target)
{
	return code->used - target > SECCOMP_CODE_REACH
		       ? seccomp_code_jump(code, target)
		       : target;
}

size_t seccomp_code_test(struct seccomp_code *code, uint16_t test, uint32_t k,
			 size_t yes, size_t no)
{
	struct sock_filter it = { (uint16_t)(BPF_JMP | test | BPF_K), 0, 0, k };

	yes = near(code, yes);
	no = near(code, no);
	it.jt = (uint8_t)(code->used - yes);
	it.jf = (uint8_t)(code->used - no);
	return put(code, it);
}

size_t seccomp_code_load(struct seccomp_code *code, size_t offset)
{
	return seccomp_code_put(code, BPF_LD | BPF_W | BPF_ABS,
				(uint32_t)offset);
}

size_t seccomp_code_return(struct seccomp_code *code, uint32_t action)
{
	size_t i = 0;

	while (i < SECCOMP_CODE_RETURNS &&
	       (!code->returns[i].label || code->returns[i].action != action))
		i++;
	if (i == SECCOMP_CODE_RETURNS) {
		i = code->next_return;
		code->next_return = (i + 1) % SECCOMP_CODE_RETURNS;
		code->returns[i].label = 0;
	}
	if (!code->returns[i].label ||
	    code->used - code->returns[i].label > SECCOMP_CODE_REACH) {
		code->returns[i].label = seccomp_code_put(code, BPF_RET | BPF_K,
							  action);
		code->returns[i].action = action;
	}
	return code->returns[i].label;
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

static size_t put_masked(struct seccomp_code *code,
			 const struct seccomp_condition *it, struct ways to)
{
	uint32_t high_mask = (uint32_t)(it->value >> 32);
	uint32_t high = (uint32_t)(it->second >> 32);
	size_t label;

	(void)seccomp_code_test(code, BPF_JEQ, (uint32_t)it->second, to.yes,
				to.no);
	(void)seccomp_code_put(code, BPF_ALU | BPF_AND | BPF_K,
			       (uint32_t)it->value);
	label = seccomp_code_load(code, low_half(it->index));
	if (!to.is_wide || (!high_mask && !high))
		return label;
	(void)seccomp_code_test(code, BPF_JEQ, high, label, to.no);
	(void)seccomp_code_put(code, BPF_ALU | BPF_AND | BPF_K, high_mask);
	return seccomp_code_load(code, high_half(it->index));
}

/* The test of a comparison of the accumulator with VALUE. */
static size_t put_compare(struct seccomp_code *code,
			  enum seccomp_compare compare, uint32_t value,
			  size_t yes, size_t no)
{
	switch (compare) {
	case SECCOMP_NOT_EQUAL:
		return seccomp_code_test(code, BPF_JEQ, value, no, yes);
	case SECCOMP_LESS:
		return seccomp_code_test(code, BPF_JGE, value, no, yes);
	case SECCOMP_LESS_OR_EQUAL:
		return seccomp_code_test(code, BPF_JGT, value, no, yes);
	case SECCOMP_COMPARE_NONE:
	case SECCOMP_MASKED_EQUAL: /* not a comparison, never here */
	case SECCOMP_EQUAL:
		return seccomp_code_test(code, BPF_JEQ, value, yes, no);
	case SECCOMP_GREATER_OR_EQUAL:
		return seccomp_code_test(code, BPF_JGE, value, yes, no);
	case SECCOMP_GREATER:
		return seccomp_code_test(code, BPF_JGT, value, yes, no);
	}
	return no;
}

/* Whether COMPARE holds for what is above (or else below) the value. */
static bool is_met(enum seccomp_compare compare, bool above)
{
	switch (compare) {
	case SECCOMP_NOT_EQUAL:
		return true;
	case SECCOMP_LESS:
	case SECCOMP_LESS_OR_EQUAL:
		return !above;
	case SECCOMP_GREATER_OR_EQUAL:
	case SECCOMP_GREATER:
		return above;
	case SECCOMP_COMPARE_NONE:
	case SECCOMP_EQUAL:
	case SECCOMP_MASKED_EQUAL:
		return false;
	}
	return false;
}

static size_t put_condition(struct seccomp_code *code,
			    const struct seccomp_condition *it, struct ways to)
{
	uint32_t high = (uint32_t)(it->value >> 32);
	size_t label, above, below;

	if (it->compare == SECCOMP_MASKED_EQUAL)
		return put_masked(code, it, to);
	(void)put_compare(code, it->compare, (uint32_t)it->value, to.yes,
			  to.no);
	label = seccomp_code_load(code, low_half(it->index));
	if (!to.is_wide)
		return label;
	above = is_met(it->compare, true) ? to.yes : to.no;
	below = is_met(it->compare, false) ? to.yes : to.no;
	label = seccomp_code_test(code, BPF_JEQ, high, label, below);
	if (above != below)
		(void)seccomp_code_test(code, BPF_JGT, high, above, label);
	return seccomp_code_load(code, high_half(it->index));
}

/* Rules FIRST to LAST - 1 of a profile: all one call's, and alike. */
struct group {
	const struct seccomp_profile *profile;
	size_t first, last;
	uint16_t syscall;
};

static const struct seccomp_condition *condition_of(
	const struct seccomp_profile *profile, size_t rule)
{
	return &profile->conditions[profile->rules[rule].conditions];
}

static bool is_single(const struct seccomp_profile *profile, size_t rule)
{
	return profile->rules[rule].condition_count == 1 &&
	       condition_of(profile, rule)->compare != SECCOMP_MASKED_EQUAL;
}

static bool is_alike(const struct seccomp_profile *profile, size_t a, size_t b)
{
	const struct seccomp_condition *one = condition_of(profile, a);
	const struct seccomp_condition *other = condition_of(profile, b);

	return is_single(profile, a) && is_single(profile, b) &&
	       one->index == other->index &&
	       one->value >> 32 == other->value >> 32;
}

/* What the first rule of GROUP does that holds for all higher (lower) ones. */
static size_t put_outside(struct seccomp_code *code, const struct group *group,
			  bool above, size_t next)
{
	const struct seccomp_profile *profile = group->profile;

	for (size_t i = group->first; i < group->last; i++)
		if (profile->rules[i].syscall == group->syscall &&
		    is_met(condition_of(profile, i)->compare, above))
			return seccomp_code_return(code,
						   profile->rules[i].action);
	return next;
}

static size_t put_group(struct seccomp_code *code, const struct group *group,
			bool is_wide, size_t next)
{
	const struct seccomp_profile *profile = group->profile;
	const struct seccomp_condition *last = condition_of(profile,
							    group->last - 1);
	uint32_t high = (uint32_t)(last->value >> 32);
	size_t above, below, label = next;

	for (size_t i = group->last; i-- > group->first;) {
		const struct seccomp_condition *it = condition_of(profile, i);
		size_t yes;

		if (profile->rules[i].syscall != group->syscall)
			continue;
		yes = seccomp_code_return(code, profile->rules[i].action);
		label = put_compare(code, it->compare, (uint32_t)it->value, yes,
				    label);
	}
	label = seccomp_code_load(code, low_half(last->index));
	if (!is_wide)
		return label;
	above = put_outside(code, group, true, next);
	below = put_outside(code, group, false, next);
	label = seccomp_code_test(code, BPF_JEQ, high, label, below);
	if (above != below)
		(void)seccomp_code_test(code, BPF_JGT, high, above, label);
	return seccomp_code_load(code, high_half(last->index));
}

/* The rule of SYSCALL before rule END; END when there is none. */
static size_t rule_before(const struct seccomp_profile *profile, size_t end,
			  uint16_t syscall)
{
	for (size_t i = end; i-- > 0;)
		if (profile->rules[i].syscall == syscall)
			return i;
	return end;
}

/* Rule LAST and those before it that are alike. */
static struct group group_of(const struct seccomp_profile *profile, size_t last)
{
	uint16_t syscall = profile->rules[last].syscall;
	struct group group = { profile, last, last + 1, syscall };

	for (;;) {
		size_t i = rule_before(profile, group.first, syscall);

		if (i == group.first || !is_alike(profile, i, last))
			return group;
		group.first = i;
	}
}

static size_t put_rule(struct seccomp_code *code,
		       const struct seccomp_profile *profile, size_t rule,
		       bool is_wide, size_t next)
{
	const struct seccomp_rule *it = &profile->rules[rule];
	size_t label = seccomp_code_return(code, it->action);

	for (size_t i = it->condition_count; i-- > 0;)
		label = put_condition(code,
				      &profile->conditions[it->conditions + i],
				      (struct ways){ label, next, is_wide });
	return label;
}

size_t seccomp_code_rules(struct seccomp_code *code,
			  const struct seccomp_profile *profile,
			  uint16_t syscall, bool is_wide)
{
	size_t label = seccomp_code_return(code, profile->default_action);
	size_t end = profile->rule_count;

	for (;;) {
		size_t last = rule_before(profile, end, syscall);
		struct group group;

		if (last == end)
			return label;
		group = group_of(profile, last);
		label = is_single(profile, last)
				? put_group(code, &group, is_wide, label)
				: put_rule(code, profile, last, is_wide, label);
		end = is_single(profile, last) ? group.first : last;
	}
}

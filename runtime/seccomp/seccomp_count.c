/* SPDX-License-Identifier: Apache-2.0 */
/* Counting what a profile allows. */
#include "runtime/seccomp/seccomp_count.h"

#include <linux/seccomp.h>
#include <stdbool.h>

enum answer {
	ANSWER_NONE = 0,
	ANSWER_ALLOWED,
	ANSWER_CONDITIONAL,
	ANSWER_BLOCKED,
};

static enum answer answer_of(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return ANSWER_ALLOWED;
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
		return ANSWER_CONDITIONAL;
	default:
		return ANSWER_BLOCKED;
	}
}

/* A rule without conditions decides before all others. */
static const struct seccomp_rule *find_plain(
	const struct seccomp_profile *profile, size_t syscall)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		if (rule->syscall == syscall && !rule->condition_count)
			return rule;
	}
	return NULL;
}

static enum answer find_answer(const struct seccomp_profile *profile,
			       size_t syscall)
{
	const struct seccomp_rule *plain = find_plain(profile, syscall);
	enum answer answer = answer_of(profile->default_action);

	if (plain)
		return answer_of(plain->action);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		if (rule->syscall == syscall &&
		    answer_of(rule->action) != answer)
			return ANSWER_CONDITIONAL;
	}
	return answer;
}

void seccomp_count_calls(const struct seccomp_profile *profile,
			 enum seccomp_arch arch, struct seccomp_count *out)
{
	*out = (struct seccomp_count){ 0 };
	for (size_t i = 0; i < seccomp_syscall_count; i++) {
		enum answer answer;

		if (seccomp_syscall_number(i, arch) < 0)
			continue;
		answer = find_answer(profile, i);
		out->known++;
		out->allowed += answer == ANSWER_ALLOWED;
		out->conditional += answer == ANSWER_CONDITIONAL;
		out->blocked += answer == ANSWER_BLOCKED;
	}
}

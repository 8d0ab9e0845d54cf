/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy = "no" | "always" | "unless-stopped" | "on-failure" [ ":" number ]
 */
#include "runtime/engine/restart_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/engine/spec_request.h"

#define RESTART_FIRST_DELAY (CLOCK_SECOND / 10)
#define RESTART_LONGEST_DELAY (60 * CLOCK_SECOND)
#define RESTART_LONG_LIFE (10 * CLOCK_SECOND)

static const char *const names[] = {
	[RESTART_UNSET] = "",
	[RESTART_NO] = "no",
	[RESTART_ALWAYS] = "always",
	[RESTART_ON_FAILURE] = "on-failure",
	[RESTART_UNLESS_STOPPED] = "unless-stopped",
};

/* The policy called by LENGTH bytes of TEXT; unset when there is none. */
static enum restart_kind kind_of(const char *text, size_t length)
{
	for (size_t i = RESTART_NO; i < sizeof(names) / sizeof(*names); i++) {
		if (strlen(names[i]) == length &&
		    !strncmp(text, names[i], length))
			return (enum restart_kind)i;
	}
	return RESTART_UNSET;
}

static int parse_most(const char *text, struct restart_policy *out,
		      struct error *err)
{
	char *end;
	long most = strtol(text, &end, 10);

	if (end == text || *end || most > INT32_MAX || most < INT32_MIN)
		return error_set(err, ERROR_INVALID,
				 "invalid restart policy format: maximum retry "
				 "count must be an integer");
	if (out->kind != RESTART_ON_FAILURE)
		return error_set(err, ERROR_INVALID,
				 "invalid restart policy: maximum retry count "
				 "can only be used with 'on-failure'");
	if (most < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid restart policy: maximum retry count "
				 "cannot be negative");
	out->most = most;
	return 0;
}

int restart_policy_parse(const char *text, struct restart_policy *out,
			 struct error *err)
{
	size_t length = strcspn(text, ":");

	*out = (struct restart_policy){ RESTART_NO, 0 };
	if (!*text)
		return 0;
	if (!length)
		return error_set(err, ERROR_INVALID,
				 "invalid restart policy format: no policy "
				 "provided before colon");
	out->kind = kind_of(text, length);
	if (out->kind == RESTART_UNSET)
		return error_set(err, ERROR_INVALID,
				 "invalid restart policy: unknown policy "
				 "'%.*s'; use one of 'no', 'always', "
				 "'on-failure', or 'unless-stopped'",
				 (int)length, text);
	return text[length] ? parse_most(text + length + 1, out, err) : 0;
}

struct restart_policy restart_policy_read(const json_t *host_config)
{
	const json_t *document = json_object_get(host_config, "RestartPolicy");
	const char *name = spec_string(document, "Name");
	const json_t *most = json_object_get(document, "MaximumRetryCount");

	return (struct restart_policy){
		.kind = kind_of(name, strlen(name)),
		.most = json_integer_value(most),
	};
}

json_t *restart_policy_json(const struct restart_policy *policy)
{
	return json_pack("{s:s,s:I}", "Name", names[policy->kind],
			 "MaximumRetryCount", (json_int_t)policy->most);
}

static void lengthen(const struct restart_end *end,
		     struct restart_record *record)
{
	if (end->duration >= RESTART_LONG_LIFE || !record->delay)
		record->delay = RESTART_FIRST_DELAY;
	else if (record->delay < RESTART_LONGEST_DELAY)
		record->delay *= 2;
	if (record->delay > RESTART_LONGEST_DELAY)
		record->delay = RESTART_LONGEST_DELAY;
}

bool restart_policy_decide(const struct restart_policy *policy,
			   const struct restart_end *end,
			   struct restart_record *record)
{
	bool again = false;

	if (end->is_asked)
		return false;
	switch (policy->kind) {
	case RESTART_UNSET:
	case RESTART_NO:
		break;
	case RESTART_ALWAYS:
	case RESTART_UNLESS_STOPPED:
		again = true;
		break;
	case RESTART_ON_FAILURE:
		again = end->exit_code &&
			(!policy->most || record->count < policy->most);
		break;
	}
	if (!again)
		return false;
	lengthen(end, record);
	record->count++;
	return true;
}

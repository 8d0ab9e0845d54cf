/* SPDX-License-Identifier: Apache-2.0 */
/* The grammars of RUN and HEALTHCHECK. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "builder/builder_limits.h"
#include "builder/language/instruction_flags.h"
#include "builder/language/instruction_parts.h"
#include "builder/language/suggest.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* docker's least interval between two health checks. */
#define HEALTH_LEAST (CLOCK_SECOND / 1000)

static int check_choice(const char *what, const char *value,
			const char *const *choices, size_t count,
			struct error *err)
{
	if (!value)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(value, choices[i]))
			return 0;
	(void)error_set(err, ERROR_INVALID, "invalid %s mode: \"%s\"", what,
			value);
	return suggest_append(value, choices, count, err);
}

static int check_run(const struct instruction *out, struct error *err)
{
	static const char *const networks[] = { "default", "none", "host" };
	static const char *const securities[] = { "sandbox", "insecure" };
	const struct run_instruction *run = &out->run;

	if (check_choice("network", run->network, networks, COUNT_OF(networks),
			 err) < 0 ||
	    check_choice("security", run->security, securities,
			 COUNT_OF(securities), err) < 0)
		return -1;
	if (run->mount_flags.count > BUILDER_MAX_MOUNTS)
		return error_set(err, ERROR_TOO_LARGE, "more than %d mounts",
				 BUILDER_MAX_MOUNTS);
	for (size_t i = 0; i < run->mount_flags.count; i++)
		if (run_mount_check(run->mount_flags.items[i], err) < 0)
			return -1;
	if (!run->command.words.count || !*run->command.words.items[0])
		return instruction_needs_argument(out, err);
	return 0;
}

int instruction_parse_run(const struct instruction_request *request,
			  struct instruction *out, struct error *err)
{
	struct run_instruction *run = &out->run;
	const struct instruction_flag flags[] = {
		{ .name = "mount", .list = &run->mount_flags },
		{ .name = "network", .string = &run->network },
		{ .name = "security", .string = &run->security },
		{ .name = "device", .list = &run->devices },
	};

	if (instruction_flags_read(&request->words->flags, flags,
				   COUNT_OF(flags), err) < 0 ||
	    command_line_parse(request->words->rest, request->heredocs,
			       request->escape, &run->command, err) < 0)
		return -1;
	return check_run(out, err);
}

struct health_flags {
	char *interval;
	char *timeout;
	char *start_period;
	char *start_interval;
	char *retries;
};

static void health_flags_release(struct health_flags *flags)
{
	free(flags->interval);
	free(flags->timeout);
	free(flags->start_period);
	free(flags->start_interval);
	free(flags->retries);
}
DEFINE_CLEANUP(struct health_flags, health_flags_release)

static int read_interval(const char *name, const char *value, int64_t *out,
			 struct error *err)
{
	if (!value || !*value)
		return 0;
	if (clock_parse_duration(value, out, err) < 0)
		return error_wrap(err, "--%s", name);
	if (*out && *out < HEALTH_LEAST)
		return error_set(err, ERROR_INVALID,
				 "interval \"%s\" cannot be less than 1ms",
				 name);
	return 0;
}

static int read_retries(const char *value, int *out, struct error *err)
{
	const char *digits = value ? value + (*value == '+' || *value == '-')
				   : NULL;

	if (!value || !*value)
		return 0;
	if (!*digits || digits[strspn(digits, "0123456789")] ||
	    strlen(digits) > 9)
		return error_set(err, ERROR_INVALID,
				 "--retries must be a number, not \"%s\"",
				 value);
	*out = (int)strtol(value, NULL, 10);
	if (*out < 0)
		return error_set(err, ERROR_INVALID,
				 "--retries cannot be negative (%d)", *out);
	return 0;
}

static int read_health_flags(const struct strvec *given,
			     struct healthcheck_instruction *health,
			     struct error *err)
{
	autoclean(health_flags_release) struct health_flags values = { NULL };
	const struct instruction_flag flags[] = {
		{ .name = "interval", .string = &values.interval },
		{ .name = "timeout", .string = &values.timeout },
		{ .name = "start-period", .string = &values.start_period },
		{ .name = "start-interval", .string = &values.start_interval },
		{ .name = "retries", .string = &values.retries },
	};

	if (instruction_flags_read(given, flags, COUNT_OF(flags), err) < 0 ||
	    read_interval("interval", values.interval, &health->interval, err) <
		    0 ||
	    read_interval("timeout", values.timeout, &health->timeout, err) <
		    0 ||
	    read_interval("start-period", values.start_period,
			  &health->start_period, err) < 0 ||
	    read_interval("start-interval", values.start_interval,
			  &health->start_interval, err) < 0)
		return -1;
	return read_retries(values.retries, &health->retries, err);
}

int instruction_parse_health(const struct instruction_request *request,
			     struct instruction *out, struct error *err)
{
	struct healthcheck_instruction *health = &out->health;
	const char *rest = request->words->rest;
	size_t length = strcspn(rest, " \t\v\f\r\n");
	autofree char *type = xstrndup(rest, length);

	if (!length)
		return instruction_needs_argument(out, err);
	rest += length;
	rest += strspn(rest, " \t\v\f\r\n");
	if (read_health_flags(&request->words->flags, health, err) < 0)
		return -1;
	health->none = !strcasecmp(type, "NONE");
	if (health->none)
		return *rest ? error_set(err, ERROR_INVALID,
					 "HEALTHCHECK NONE takes no arguments")
			     : 0;
	if (strcasecmp(type, "CMD") != 0)
		return error_set(err, ERROR_INVALID,
				 "unknown type \"%s\" (try CMD)", type);
	if (command_line_parse(rest, NULL, request->escape, &health->command,
			       err) < 0)
		return -1;
	if (!health->command.words.count || !*health->command.words.items[0])
		return error_set(err, ERROR_INVALID,
				 "missing command after HEALTHCHECK CMD");
	return 0;
}

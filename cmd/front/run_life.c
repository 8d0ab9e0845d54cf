/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a container in the long run: restart policy, health check. */
#include <string.h>

#include "base/jsonx.h"
#include "cmd/front/run_parts.h"
#include "runtime/engine/restart_policy.h"

/* docker's least time of a check, but for "the default". */
enum { HEALTH_LEAST = 1000000 };

int run_restart(const struct run_options *options, json_t *host,
		struct error *err)
{
	struct restart_policy policy;

	if (restart_policy_parse(options->restart, &policy, err) < 0)
		return -1;
	if (options->is_removed && policy.kind != RESTART_NO)
		return error_set(err, ERROR_INVALID,
				 "conflicting options: cannot specify both "
				 "--restart and --rm");
	(void)json_object_set_new(host, "RestartPolicy",
				  restart_policy_json(&policy));
	return 0;
}

/* One number of a health check: its option, and docker's name for it. */
struct health_row {
	const char *option, *name;
	int64_t value, least;
};

static int check_number(const struct health_row *row, struct error *err)
{
	if (row->value < 0)
		return error_set(err, ERROR_INVALID, "--%s cannot be negative",
				 row->option);
	if (row->value && row->value < row->least)
		return error_set(err, ERROR_INVALID,
				 "%s in Healthcheck cannot be less than 1ms",
				 row->name);
	return 0;
}

static int set_numbers(const struct run_options *options, json_t *out,
		       bool *has_any, struct error *err)
{
	const struct health_row rows[] = {
		{ "health-interval", "Interval", options->health_interval,
		  HEALTH_LEAST },
		{ "health-timeout", "Timeout", options->health_timeout,
		  HEALTH_LEAST },
		{ "health-start-period", "StartPeriod",
		  options->health_start_period, HEALTH_LEAST },
		{ "health-start-interval", "StartInterval",
		  options->health_start_interval, HEALTH_LEAST },
		{ "health-retries", "Retries", options->health_retries, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (check_number(&rows[i], err) < 0)
			return -1;
		if (!rows[i].value)
			continue;
		*has_any = true;
		(void)json_object_set_new(out, rows[i].name,
					  json_integer(rows[i].value));
	}
	return 0;
}

/* What the options leave open is the image's. */
int run_health(const struct run_options *options, const json_t *image,
	       json_t *config, struct error *err)
{
	autoclean(jsonx_free) json_t *check = json_object();
	bool has_any = options->health_command && *options->health_command;

	if (has_any)
		(void)json_object_set_new(check, "Test",
					  json_pack("[s,s]", "CMD-SHELL",
						    options->health_command));
	if (set_numbers(options, check, &has_any, err) < 0)
		return -1;
	if (options->is_health_off && has_any)
		return error_set(err, ERROR_INVALID,
				 "--no-healthcheck conflicts with --health-* "
				 "options");
	if (options->is_health_off)
		(void)json_object_set_new(check, "Test",
					  json_pack("[s]", "NONE"));
	else if (json_is_object(image))
		(void)json_object_update_missing(check,
						 (json_t *)(uintptr_t)image);
	if (json_object_size(check))
		(void)json_object_set(config, "Healthcheck", check);
	return 0;
}

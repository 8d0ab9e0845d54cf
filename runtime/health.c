/* SPDX-License-Identifier: Apache-2.0 */
/* What checks make of a container's health. */
#include "runtime/health.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#define HEALTH_INTERVAL (30 * CLOCK_SECOND)
#define HEALTH_TIMEOUT (30 * CLOCK_SECOND)
#define HEALTH_START_INTERVAL (5 * CLOCK_SECOND)
enum { HEALTH_RETRIES = 3 };

static int64_t number_or(const json_t *object, const char *key,
			 int64_t fallback)
{
	int64_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? value : fallback;
}

/* ["CMD", word…], ["CMD-SHELL", line], ["NONE"] */
static int parse_test(const json_t *test, const json_t *shell, json_t **out,
		      struct error *err)
{
	const char *kind = json_string_value(json_array_get(test, 0));

	*out = NULL;
	if (!kind || !strcmp(kind, "NONE"))
		return 0;
	if (!strcmp(kind, "CMD")) {
		*out = json_copy((json_t *)(uintptr_t)test);
		(void)json_array_remove(*out, 0);
	} else if (!strcmp(kind, "CMD-SHELL")) {
		*out = json_array_size(shell)
			       ? json_copy((json_t *)(uintptr_t)shell)
			       : json_pack("[s,s]", "/bin/sh", "-c");
		(void)json_array_append(*out, json_array_get(test, 1));
	} else {
		return error_set(err, ERROR_INVALID,
				 "Unknown healthcheck type '%s' (expected "
				 "'CMD')",
				 kind);
	}
	return 0;
}

static int check_words(const json_t *words, struct error *err)
{
	size_t index;
	json_t *word;

	json_array_foreach(words, index, word)
	{
		if (!json_is_string(word))
			return error_set(err, ERROR_INVALID,
					 "the health check's command is no "
					 "list of strings");
	}
	return 0;
}

int health_plan_parse(const json_t *healthcheck, const json_t *shell,
		      struct health_plan *out, struct error *err)
{
	*out = (struct health_plan){
		.interval = number_or(healthcheck, "Interval", HEALTH_INTERVAL),
		.timeout = number_or(healthcheck, "Timeout", HEALTH_TIMEOUT),
		.start_period = number_or(healthcheck, "StartPeriod", 0),
		.start_interval = number_or(healthcheck, "StartInterval",
					    HEALTH_START_INTERVAL),
		.retries = number_or(healthcheck, "Retries", HEALTH_RETRIES),
	};
	if (parse_test(json_object_get(healthcheck, "Test"), shell,
		       &out->command, err) < 0)
		return -1;
	if (out->command && !json_array_size(out->command)) {
		health_plan_release(out); /* a command of no words is none */
		return 0;
	}
	if (check_words(out->command, err) < 0) {
		health_plan_release(out);
		return -1;
	}
	return 0;
}

void health_plan_release(struct health_plan *plan)
{
	json_decref(plan->command);
	plan->command = NULL;
}

static void set_status(json_t *health, const char *status)
{
	(void)json_object_set_new(health, "Status", json_string(status));
}

json_t *health_new(void)
{
	return json_pack("{s:s,s:i,s:[]}", "Status", "starting",
			 "FailingStreak", 0, "Log");
}

const char *health_status(const json_t *health)
{
	const char *status =
		json_string_value(json_object_get(health, "Status"));

	return status ? status : "none";
}

void health_stop(json_t *health)
{
	set_status(health, "unhealthy");
}

static json_t *time_json(int64_t time)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(time, text);
	return json_string(text);
}

/* What a check said may be no text: docker's JSON puts U+FFFD in its place. */
static void add_text(const char *bytes, struct strbuf *out)
{
	size_t length = strlen(bytes);

	for (size_t at = 0; at < length;) {
		uint32_t rune;

		at += utf8_decode(bytes + at, length - at, &rune);
		utf8_write(rune, out);
	}
}

static void add_to_log(json_t *health, const struct health_result *result)
{
	json_t *log = json_object_get(health, "Log");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *output;

	add_text(result->output, &text);
	output = json_string(text.text);
	while (json_array_size(log) >= HEALTH_LOG_MAX)
		(void)json_array_remove(log, 0);
	(void)json_array_append_new(
		log, json_pack("{s:o,s:o,s:i,s:o}", "Start",
			       time_json(result->start), "End",
			       time_json(result->end), "ExitCode",
			       result->exit_code, "Output", output));
}

bool health_note(json_t *health, const struct health_plan *plan,
		 int64_t started, const struct health_result *result)
{
	autofree char *before = xstrdup(health_status(health));
	bool is_young = !strcmp(before, "starting") &&
			result->start - started < plan->start_period;
	int64_t streak =
		json_integer_value(json_object_get(health, "FailingStreak"));

	add_to_log(health, result);
	if (!result->exit_code) {
		streak = 0;
		set_status(health, "healthy");
	} else if (!is_young && ++streak >= plan->retries) {
		set_status(health, "unhealthy");
	}
	(void)json_object_set_new(health, "FailingStreak",
				  json_integer(streak));
	return strcmp(before, health_status(health)) != 0;
}

int64_t health_pause(const json_t *health, const struct health_plan *plan,
		     int64_t started, int64_t now)
{
	if (now - started < plan->start_period &&
	    !strcmp(health_status(health), "starting"))
		return plan->start_interval;
	return plan->interval;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions with names, ports, paths and options in them. */
#include "layers/image/config_change_parts.h"

#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "layers/image/config_words.h"

/* docker's least interval between two health checks. */
#define HEALTH_LEAST (CLOCK_SECOND / 1000)

/* The value of an unsigned decimal text of at most MOST, or -1. */
static long parse_number(const char *text, size_t length, long most)
{
	long value = 0;

	if (!length || length > 9)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value <= most ? value : -1;
}

bool config_is_signal(const char *name)
{
	const char *offset;

	if (isdigit((unsigned char)*name))
		return parse_number(name, strlen(name), 64) > 0;
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int number = 1; number < 32; number++) {
		const char *known = sigabbrev_np(number);

		if (known && !strcasecmp(name, known))
			return true;
	}
	if (strncasecmp(name, "RTMIN", 5) != 0 &&
	    strncasecmp(name, "RTMAX", 5) != 0)
		return false;
	offset = name + 5;
	if (!*offset)
		return true;
	return *offset ==
		       (toupper((unsigned char)name[3]) == 'I' ? '+' : '-') &&
	       parse_number(offset + 1, strlen(offset + 1), 30) >= 0;
}

/* The object member KEY of the configuration, made when it is not there. */
static json_t *object_of(struct config_change *change, const char *key)
{
	json_t *object = json_object_get(change->config, key);

	if (json_is_object(object))
		return object;
	object = json_object();
	(void)json_object_set_new(change->config, key, object);
	return object;
}

struct pairs {
	struct config_change *change;
	int (*set)(struct config_change *change, const char *name,
		   const char *value, struct error *err);
};

/* One "NAME=value" whose parts may be quoted. */
static int apply_pair(const struct pairs *pairs, const char *word,
		      struct error *err)
{
	const char *equals = strchr(word, '=');
	autofree char *raw_name = NULL;
	autofree char *name = NULL;
	autofree char *value = NULL;

	if (!equals)
		return error_set(err, ERROR_INVALID,
				 "can't find = in \"%s\": must be of the "
				 "form name=value",
				 word);
	raw_name = xstrndup(word, (size_t)(equals - word));
	if (config_words_expand(raw_name, &pairs->change->env, &name, err) <
		    0 ||
	    config_words_expand(equals + 1, &pairs->change->env, &value, err) <
		    0)
		return -1;
	if (!*name)
		return error_set(err, ERROR_INVALID, "a name is blank");
	return pairs->set(pairs->change, name, value, err);
}

/* The old form: one name, and all the rest is its value. */
static int apply_old_pair(const struct pairs *pairs, const char *text,
			  struct error *err)
{
	size_t length = strcspn(text, " \t");
	autofree char *name = xstrndup(text, length);
	autofree char *value = NULL;
	const char *rest = text + length + strspn(text + length, " \t");

	if (!*rest)
		return error_set(err, ERROR_INVALID, "must have two arguments");
	if (config_words_expand(rest, &pairs->change->env, &value, err) < 0)
		return -1;
	return pairs->set(pairs->change, name, value, err);
}

static int apply_pairs(const struct pairs *pairs, const char *text,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (config_words_split(text, &words, err) < 0)
		return -1;
	if (words.count && !strchr(words.items[0], '='))
		return apply_old_pair(pairs, text, err);
	for (size_t i = 0; i < words.count; i++) {
		if (apply_pair(pairs, words.items[i], err) < 0)
			return -1;
	}
	return 0;
}

static int set_env(struct config_change *change, const char *name,
		   const char *value, struct error *err)
{
	autofree char *item = xasprintf("%s=%s", name, value);
	json_t *env = json_object_get(change->config, "Env");
	size_t length = strlen(name);
	size_t index;
	json_t *old;

	(void)err;
	if (!json_is_array(env)) {
		env = json_array();
		(void)json_object_set_new(change->config, "Env", env);
	}
	json_array_foreach(env, index, old)
	{
		const char *text = json_string_value(old);

		if (text && !strncmp(text, name, length) &&
		    text[length] == '=') {
			(void)json_array_set_new(env, index, json_string(item));
			return 0;
		}
	}
	(void)json_array_append_new(env, json_string(item));
	return 0;
}

int config_change_env(struct config_change *change, const char *text,
		      struct error *err)
{
	struct pairs pairs = { change, set_env };

	return apply_pairs(&pairs, text, err);
}

static int set_label(struct config_change *change, const char *name,
		     const char *value, struct error *err)
{
	(void)err;
	(void)json_object_set_new(object_of(change, "Labels"), name,
				  json_string(value));
	return 0;
}

int config_change_label(struct config_change *change, const char *text,
			struct error *err)
{
	struct pairs pairs = { change, set_label };

	return apply_pairs(&pairs, text, err);
}

/* port [ "-" port ] [ "/" ( "tcp" | "udp" | "sctp" ) ] */
static int expose_one(struct config_change *change, const char *word,
		      struct error *err)
{
	static const char *const protocols[] = { "tcp", "udp", "sctp" };
	size_t length = strcspn(word, "/");
	const char *dash = memchr(word, '-', length);
	const char *end = word + length;
	const char *name = *end ? end + 1 : "tcp";
	size_t first_length = dash ? (size_t)(dash - word) : length;
	long first = parse_number(word, first_length, 65535);
	long last = dash ? parse_number(dash + 1, (size_t)(end - dash - 1),
					65535)
			 : first;
	const char *protocol = NULL;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (!strcasecmp(name, protocols[i]))
			protocol = protocols[i];
	}
	if (!protocol)
		return error_set(err, ERROR_INVALID, "invalid proto: %s", name);
	if (first < 0 || last < first)
		return error_set(err, ERROR_INVALID,
				 "invalid containerPort: %s", word);
	for (long port = first; port <= last; port++) {
		autofree char *key = xasprintf("%ld/%s", port, protocol);

		(void)json_object_set_new(object_of(change, "ExposedPorts"),
					  key, json_object());
	}
	return 0;
}

int config_change_expose(struct config_change *change, const char *text,
			 struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (config_words_split(text, &words, err) < 0)
		return -1;
	for (size_t i = 0; i < words.count; i++) {
		autofree char *word = NULL;

		if (config_words_expand(words.items[i], &change->env, &word,
					err) < 0 ||
		    expose_one(change, word, err) < 0)
			return -1;
	}
	return 0;
}

static int add_volume(struct config_change *change, const char *path,
		      struct error *err)
{
	autofree char *clean = NULL;

	if (config_words_expand(path, &change->env, &clean, err) < 0)
		return -1;
	if (!clean[strspn(clean, " \t")])
		return error_set(err, ERROR_INVALID,
				 "a volume's path is empty");
	(void)json_object_set_new(object_of(change, "Volumes"), clean,
				  json_object());
	return 0;
}

int config_change_volume(struct config_change *change, const char *text,
			 struct error *err)
{
	autoclean(jsonx_free) json_t *array = config_exec_form(text);
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	json_t *item;
	size_t index;

	if (!array && config_words_split(text, &words, err) < 0)
		return -1;
	json_array_foreach(array, index, item)
	{
		strvec_add(&words, json_string_value(item));
	}
	for (size_t i = 0; i < words.count; i++) {
		if (add_volume(change, words.items[i], err) < 0)
			return -1;
	}
	return 0;
}

static const struct {
	const char *option;
	const char *key;
} health_times[] = {
	{ "--interval=", "Interval" },
	{ "--timeout=", "Timeout" },
	{ "--start-period=", "StartPeriod" },
	{ "--start-interval=", "StartInterval" },
};

static int health_option(json_t *check, const char *word, struct error *err)
{
	static const char retries[] = "--retries=";
	int64_t time = 0;

	if (!strncmp(word, retries, strlen(retries))) {
		const char *text = word + strlen(retries);
		long count = parse_number(text, strlen(text), INT_MAX);

		if (count < 0)
			return error_set(err, ERROR_INVALID,
					 "--retries must be at least 0, not %s",
					 text);
		(void)json_object_set_new(check, "Retries",
					  json_integer(count));
		return 0;
	}
	for (size_t i = 0; i < sizeof(health_times) / sizeof(*health_times);
	     i++) {
		size_t length = strlen(health_times[i].option);

		if (strncmp(word, health_times[i].option, length) != 0)
			continue;
		if (clock_parse_duration(word + length, &time, err) < 0)
			return -1;
		if (time && time < HEALTH_LEAST)
			return error_set(err, ERROR_INVALID,
					 "%s cannot be less than 1ms", word);
		(void)json_object_set_new(check, health_times[i].key,
					  json_integer(time));
		return 0;
	}
	return error_set(err, ERROR_INVALID, "unknown flag: %s", word);
}

/* The test command behind "CMD". */
static int health_command(json_t *check, const char *text, struct error *err)
{
	autoclean(jsonx_free) json_t *command = config_exec_form(text);
	json_t *test;

	if (!*text)
		return error_set(err, ERROR_INVALID,
				 "missing command after "
				 "HEALTHCHECK CMD");
	if (command) {
		test = json_pack("[s]", "CMD");
		(void)json_array_extend(test, command);
	} else {
		test = json_pack("[s,s]", "CMD-SHELL", text);
		if (!test)
			return error_set(err, ERROR_INVALID,
					 "the command is not UTF-8");
	}
	(void)json_object_set_new(check, "Test", test);
	return 0;
}

int config_change_healthcheck(struct config_change *change, const char *text,
			      struct error *err)
{
	autoclean(jsonx_free) json_t *check = json_object();

	for (;;) {
		size_t length = strcspn(text, " \t");
		const char *rest = text + length + strspn(text + length, " \t");
		autofree char *word = xstrndup(text, length);

		if (!strncmp(word, "--", 2)) {
			if (health_option(check, word, err) < 0)
				return -1;
			text = rest;
			continue;
		}
		if (!strcasecmp(word, "NONE") && !*rest) {
			(void)json_object_set_new(check, "Test",
						  json_pack("[s]", "NONE"));
		} else if (strcasecmp(word, "CMD") != 0) {
			return error_set(err, ERROR_INVALID,
					 "unknown type \"%s\" (try CMD)", word);
		} else if (health_command(check, rest, err) < 0) {
			return -1;
		}
		(void)json_object_set(change->config, "Healthcheck", check);
		return 0;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of checks follows pflag's parseLongArg and parseSingleShortArg,
 * because the order decides which of two mistakes is reported.
 */
#include "cmd/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"
#include "cmd/units.h"

struct reader {
	const struct option_spec *table;
	char *const *next; /* the argument after the one being read */
	char *target;
	struct options_result *out;
	struct error *err;
};

static const struct {
	const char *name;
	bool has_value;
} kinds[] = {
	[OPTION_BOOL] = { "", false },
	[OPTION_STRING] = { "string", true },
	[OPTION_LIST] = { "list", true },
	[OPTION_MAP] = { "map", true },
	[OPTION_INT] = { "int", true },
	[OPTION_UINT16] = { "uint16", true },
	[OPTION_SIZE] = { "bytes", true },
	[OPTION_SWAP] = { "bytes", true },
	[OPTION_CPUS] = { "decimal", true },
	[OPTION_DURATION] = { "duration", true },
	[OPTION_CUSTOM] = { "string", true },
};

bool option_has_value(const struct option_spec *option)
{
	return kinds[option->kind].has_value;
}

const char *option_type_name(const struct option_spec *option)
{
	return option->placeholder ? option->placeholder
				   : kinds[option->kind].name;
}

static const struct option_spec *find_name(const struct option_spec *table,
					   const char *name, size_t length)
{
	for (; table->kind; table++)
		if (!strncmp(table->name, name, length) && !table->name[length])
			return table;
	return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *table,
					     char letter)
{
	for (; table->kind; table++)
		if (table->letter && table->letter == letter)
			return table;
	return NULL;
}

static int store_swap(const char *value, int64_t *out, struct error *err)
{
	if (!strcmp(value, "-1")) {
		*out = -1;
		return 0;
	}
	return units_parse_size(value, out, err);
}

static int store_uint16(const char *value, uint16_t *out, struct error *err)
{
	uint64_t number;

	if (units_parse_unsigned(value, UINT16_MAX, &number, err) < 0)
		return -1;
	*out = (uint16_t)number;
	return 0;
}

/* "key=value" (an absent value is empty); a key given again is replaced. */
static void store_map(const char *value, struct strvec *map)
{
	size_t key = strcspn(value, "=");

	for (size_t i = 0; i < map->count; i++) {
		if (!strncmp(map->items[i], value, key) &&
		    map->items[i][key] == '=') {
			strvec_remove(map, i);
			break;
		}
	}
	strvec_addf(map, "%s%s", value, value[key] ? "" : "=");
}

static int store(const struct option_spec *option, void *field,
		 const char *value, struct error *err)
{
	if (option->set && option->set(field, value, err) < 0)
		return -1;
	switch (option->kind) {
	case OPTION_BOOL:
		return units_parse_bool(value, field, err);
	case OPTION_STRING:
		*(const char **)field = value;
		return 0;
	case OPTION_LIST:
		strvec_add(field, value);
		return 0;
	case OPTION_MAP:
		store_map(value, field);
		return 0;
	case OPTION_INT:
		return units_parse_integer(value, INT64_MIN, INT64_MAX, field,
					   err);
	case OPTION_UINT16:
		return store_uint16(value, field, err);
	case OPTION_SIZE:
		return units_parse_size(value, field, err);
	case OPTION_SWAP:
		return store_swap(value, field, err);
	case OPTION_CPUS:
		return units_parse_cpus(value, field, err);
	case OPTION_DURATION:
		return units_parse_duration(value, field, err);
	case OPTION_CUSTOM:
	case OPTION_NONE:
		return 0;
	}
	return 0;
}

/* Store VALUE, naming the option in what goes wrong. */
static int assign(struct reader *in, const struct option_spec *option,
		  const char *value)
{
	autofree char *quoted = NULL;
	autofree char *why = NULL;

	if (store(option, in->target + option->offset, value, in->err) == 0) {
		if (option->seen)
			*(bool *)(void *)(in->target + option->seen) = true;
		return 0;
	}
	quoted = quote_new(value);
	why = xstrdup(in->err->msg);
	if (option->letter)
		return error_set(in->err, ERROR_INVALID,
				 "invalid argument %s for \"-%c, --%s\" "
				 "flag: %s",
				 quoted, option->letter, option->name, why);
	return error_set(in->err, ERROR_INVALID,
			 "invalid argument %s for \"--%s\" flag: %s", quoted,
			 option->name, why);
}

/* One argument that begins with two dashes and has more. */
static int read_long(struct reader *in, const char *argument)
{
	const char *name = argument + 2;
	size_t length = strcspn(name, "=");
	const struct option_spec *option;

	if (*name == '-' || *name == '=')
		return error_set(in->err, ERROR_INVALID, "bad flag syntax: %s",
				 argument);
	option = find_name(in->table, name, length);
	if (!option && length == 4 && !strncmp(name, "help", 4)) {
		in->out->is_help = true;
		return 0;
	}
	if (!option)
		return error_set(in->err, ERROR_INVALID, "unknown flag: --%.*s",
				 (int)length, name);
	if (name[length] == '=')
		return assign(in, option, name + length + 1);
	if (!option_has_value(option))
		return assign(in, option, "true");
	if (!*in->next)
		return error_set(in->err, ERROR_INVALID,
				 "flag needs an argument: --%s", name);
	return assign(in, option, *in->next++);
}

/* The first letter of LETTERS; moves past it and what it takes. */
static int read_letter(struct reader *in, const char **letters)
{
	const char *group = *letters;
	const struct option_spec *option = find_letter(in->table, group[0]);

	*letters = "";
	if (!option && group[0] == 'h') {
		in->out->is_help = true;
		return 0;
	}
	if (!option)
		return error_set(in->err, ERROR_INVALID,
				 "unknown shorthand flag: '%c' in -%s",
				 group[0], group);
	if (group[1] == '=' && group[2])
		return assign(in, option, group + 2);
	if (!option_has_value(option)) {
		*letters = group + 1;
		return assign(in, option, "true");
	}
	if (group[1])
		return assign(in, option, group + 1);
	if (!*in->next)
		return error_set(in->err, ERROR_INVALID,
				 "flag needs an argument: '%c' in -%s",
				 group[0], group);
	return assign(in, option, *in->next++);
}

static int read_short(struct reader *in, const char *argument)
{
	const char *letters = argument + 1;

	while (*letters && !in->out->is_help)
		if (read_letter(in, &letters) < 0)
			return -1;
	return 0;
}

static void add_operand(struct options_result *out, char *operand)
{
	out->operands[out->operand_count++] = operand;
	out->operands[out->operand_count] = NULL;
}

int options_parse(const struct options_input *input, void *target,
		  struct options_result *out, struct error *err)
{
	struct reader in = { input->table, input->argv, target, out, err };
	bool is_over = false;
	size_t count = 0;

	while (input->argv[count])
		count++;
	*out = (struct options_result)OPTIONS_RESULT_INIT;
	out->operands = xcalloc(count + 1, sizeof(*out->operands));
	while (*in.next && !out->is_help) {
		char *argument = *in.next++;
		int failed = 0;

		if (is_over || argument[0] != '-' || !argument[1]) {
			add_operand(out, argument);
			if (input->flags & OPTIONS_FIRST)
				is_over = true;
		} else if (argument[1] != '-') {
			failed = read_short(&in, argument);
		} else if (argument[2]) {
			failed = read_long(&in, argument);
		} else {
			is_over = true;
		}
		if (failed < 0) {
			options_result_release(out);
			return -1;
		}
	}
	return 0;
}

void options_result_release(struct options_result *result)
{
	free(result->operands);
	*result = (struct options_result)OPTIONS_RESULT_INIT;
}

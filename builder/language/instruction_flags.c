/* SPDX-License-Identifier: Apache-2.0 */
/* Flags by table. */
#include "builder/language/instruction_flags.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "builder/language/suggest.h"

enum { FLAGS_MAX = 16 }; /* rows of any instruction's table */

static const struct instruction_flag *find_flag(
	const struct instruction_flag *table, size_t count, const char *name,
	size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(table[i].name) == length &&
		    !strncmp(table[i].name, name, length))
			return &table[i];
	return NULL;
}

static int unknown(const char *name, size_t length,
		   const struct instruction_flag *table, size_t count,
		   struct error *err)
{
	autofree char *dashed = xasprintf("--%.*s", (int)length, name);
	char *known[FLAGS_MAX];
	size_t known_count = count < FLAGS_MAX ? count : FLAGS_MAX;

	for (size_t i = 0; i < known_count; i++)
		known[i] = xasprintf("--%s", table[i].name);
	(void)error_set(err, ERROR_INVALID, "unknown flag: %s", dashed);
	(void)suggest_append(dashed, (const char *const *)known, known_count,
			     err); /* both say -1 */
	for (size_t i = 0; i < known_count; i++)
		free(known[i]);
	return -1;
}

static int read_boolean(const struct instruction_flag *flag, const char *value,
			struct error *err)
{
	if (value && !*value)
		return error_set(err, ERROR_INVALID,
				 "missing a value on flag: --%s", flag->name);
	if (value && strcasecmp(value, "true") != 0 &&
	    strcasecmp(value, "false") != 0)
		return error_set(err, ERROR_INVALID,
				 "expecting boolean value for flag --%s, not: "
				 "%s",
				 flag->name, value);
	*flag->boolean = !value || !strcasecmp(value, "true");
	return 0;
}

/* VALUE is NULL for a flag without "=". */
static int read_flag(const struct instruction_flag *flag, const char *value,
		     struct error *err)
{
	if (flag->boolean)
		return read_boolean(flag, value, err);
	if (!value)
		return error_set(err, ERROR_INVALID,
				 "missing a value on flag: --%s", flag->name);
	if (flag->list)
		strvec_add(flag->list, value);
	else
		*flag->string = xstrdup(value);
	return 0;
}

int instruction_flags_read(const struct strvec *flags,
			   const struct instruction_flag *table, size_t count,
			   struct error *err)
{
	bool seen[FLAGS_MAX] = { false };

	for (size_t i = 0; i < flags->count; i++) {
		const char *name = flags->items[i] + 2;
		size_t length = strcspn(name, "=");
		const char *value = name[length] ? name + length + 1 : NULL;
		const struct instruction_flag *flag = find_flag(table, count,
								name, length);

		if (!flag)
			return unknown(name, length, table, count, err);
		if (seen[flag - table] && !flag->list)
			return error_set(err, ERROR_INVALID,
					 "duplicate flag specified: --%s",
					 flag->name);
		seen[flag - table] = true;
		if (read_flag(flag, value, err) < 0)
			return -1;
		if (flag->given)
			*flag->given = true;
	}
	return 0;
}

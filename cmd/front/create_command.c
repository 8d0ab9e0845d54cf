/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of run and create, read once more. */
#include "cmd/front/create_command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/utf8.h"
#include "cmd/front/run_options.h"

/* What whoever makes it again says itself, or has no use for. */
static const char *const dropped[] = {
	"attach", "cidfile", "detach",	"detach-keys", "name",
	"quiet",  "replace", "restart", "rm",	       "sig-proxy",
};

static const struct option_spec *find_long(const char *name, size_t length)
{
	const struct option_spec *row = run_option_table;

	for (; row->kind; row++) {
		if (!strncmp(row->name, name, length) && !row->name[length])
			return row;
	}
	return NULL;
}

static const struct option_spec *find_short(char letter)
{
	const struct option_spec *row = run_option_table;

	for (; row->kind; row++) {
		if (row->letter && row->letter == letter)
			return row;
	}
	return NULL;
}

static bool is_dropped(const struct option_spec *row)
{
	for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++) {
		if (!strcmp(row->name, dropped[i]))
			return true;
	}
	return false;
}

/* Takes AT, the option's argument, and its value behind it; or skips both. */
static char *const *take(const struct option_spec *row, char *const *at,
			 bool has_value_behind, struct strvec *out)
{
	bool keeps = !is_dropped(row);

	if (keeps)
		strvec_add(out, *at);
	at++;
	if (has_value_behind && *at) {
		if (keeps)
			strvec_add(out, *at);
		at++;
	}
	return at;
}

static char *const *take_long(char *const *at, struct strvec *out)
{
	const char *name = *at + 2;
	size_t length = strcspn(name, "=");
	const struct option_spec *row = find_long(name, length);

	/* it was read by this table; a later program's may know it no more */
	if (!row) {
		strvec_add(out, *at);
		return at + 1;
	}
	return take(row, at, !name[length] && option_has_value(row), out);
}

/* "-itd": flags, and perhaps one letter with a value at the end. */
static char *const *take_group(char *const *at, struct strvec *out)
{
	for (const char *letter = *at + 1; *letter; letter++) {
		const struct option_spec *row = find_short(*letter);
		bool ends = row && (option_has_value(row) || letter[1] == '=');
		bool keeps = row && !is_dropped(row);

		if (keeps)
			strvec_addf(out, "-%c%s", *letter,
				    ends ? letter + 1 : "");
		if (!ends)
			continue;
		at++;
		if (!letter[1] && *at) {
			if (keeps)
				strvec_add(out, *at);
			at++;
		}
		return at;
	}
	return at + 1;
}

json_t *create_command_note(char *const *argv)
{
	autofree char *here = getcwd(NULL, 0);
	json_t *args;

	for (size_t i = 0; argv[i]; i++) {
		if (!utf8_is_valid(argv[i], strlen(argv[i])))
			return NULL;
	}
	if (!here || !utf8_is_valid(here, strlen(here)))
		return NULL;
	args = json_array();
	for (size_t i = 0; argv[i]; i++)
		(void)json_array_append_new(args, json_string(argv[i]));
	return json_pack("{s:s,s:o}", "folder", here, "args", args);
}

int create_command_rebuild(const json_t *note, struct strvec *out,
			   struct error *err)
{
	autoclean(strvec_release) struct strvec args = STRVEC_INIT;
	char *const *at;

	if (!json_is_object(note))
		return error_set(err, ERROR_NOT_FOUND,
				 "how the container was made is not known");
	if (jsonx_opt_strings(note, "args", &args, err) < 0)
		return -1;
	at = strvec_array(&args);
	while (*at && (*at)[0] == '-' && (*at)[1] && strcmp(*at, "--") != 0)
		at = (*at)[1] == '-' ? take_long(at, out) : take_group(at, out);
	for (; *at; at++)
		strvec_add(out, *at);
	return 0;
}

const char *create_command_folder(const json_t *note)
{
	return json_string_value(json_object_get(note, "folder"));
}

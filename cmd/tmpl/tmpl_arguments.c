/* SPDX-License-Identifier: Apache-2.0 */
/* fmt.Sprint's and Sprintln's spacing over template values. */
#include "cmd/tmpl/tmpl_arguments.h"

#include <string.h>

#include "cmd/tmpl/tmpl_printf.h"

int tmpl_arguments_give(struct strbuf *text, struct tmpl_value *out,
			struct error *err)
{
	int failed = strbuf_check(text, "the value", err);

	if (!failed)
		*out = tmpl_value_string(text->text, text->length);
	strbuf_release(text);
	return failed;
}

bool tmpl_arguments_is_nil(const struct tmpl_value *value)
{
	return !value->json || value->shape == TMPL_SHAPE_NIL;
}

static void print_argument(const struct tmpl_value *value, const char *nil,
			   struct strbuf *out)
{
	if (tmpl_arguments_is_nil(value))
		strbuf_addstr(out, nil);
	else
		tmpl_print(value, out);
}

void tmpl_arguments_sprint(const struct tmpl_arguments *arguments,
			   const char *nil, struct strbuf *out)
{
	bool nil_is_string = strcmp(nil, "<nil>") != 0;
	bool was_string = true;

	for (size_t i = 0; i < arguments->count; i++) {
		const struct tmpl_value *value = &arguments->values[i];
		bool is_string = tmpl_value_is_string(value) ||
				 (tmpl_arguments_is_nil(value) &&
				  nil_is_string);

		if (!is_string && !was_string)
			strbuf_addch(out, ' ');
		print_argument(value, nil, out);
		was_string = is_string;
	}
}

void tmpl_arguments_sprintln(const struct tmpl_arguments *arguments,
			     struct strbuf *out)
{
	for (size_t i = 0; i < arguments->count; i++) {
		if (i)
			strbuf_addch(out, ' ');
		print_argument(&arguments->values[i], "<nil>", out);
	}
	strbuf_addch(out, '\n');
}

/* SPDX-License-Identifier: Apache-2.0 */
/* docker's three inspectors. */
#include "cmd/front/inspect_print.h"

#include <string.h>

#include "base/jsonx.h"

int inspect_print_init(struct inspect_print *print, const char *format,
		       struct error *err)
{
	*print = (struct inspect_print)INSPECT_PRINT_INIT;
	print->format = format ? format : "";
	print->documents = json_array();
	if (!*print->format || !strcmp(print->format, "json"))
		return 0;
	if (tmpl_parse(print->format, &print->tmpl, err) == 0)
		return 0;
	inspect_print_release(print);
	return error_wrap(err, "template parsing error");
}

int inspect_print_add(struct inspect_print *print, json_t *document,
		      struct error *err)
{
	static const struct tmpl_options options = { .is_raw = true };
	autoclean(strbuf_release) struct strbuf line = STRBUF_INIT;

	if (!print->tmpl) {
		(void)json_array_append(print->documents, document);
		return 0;
	}
	if (tmpl_execute_with(print->tmpl, &options, document, &line, err) < 0)
		return error_wrap(err, "template parsing error");
	strbuf_add(&print->text, line.text, line.length);
	strbuf_addch(&print->text, '\n');
	return 0;
}

void inspect_print_finish(const struct inspect_print *print, struct strbuf *out)
{
	if (print->tmpl && print->text.length)
		strbuf_add(out, print->text.text, print->text.length);
	else if (!print->tmpl && *print->format)
		jsonx_format(print->documents, out);
	else if (!print->tmpl && json_array_size(print->documents))
		jsonx_format_indented(print->documents, 4, out);
	else if (!print->tmpl)
		strbuf_addstr(out, "[]");
	if (!print->tmpl || !print->text.length)
		strbuf_addch(out, '\n');
}

void inspect_print_release(struct inspect_print *print)
{
	tmpl_free(print->tmpl);
	json_decref(print->documents);
	strbuf_release(&print->text);
	print->tmpl = NULL;
	print->documents = NULL;
}

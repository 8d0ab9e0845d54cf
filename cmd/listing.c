/* SPDX-License-Identifier: Apache-2.0 */
/* After docker's formatter.Context: template, header, rows, then tabwriter. */
#include "cmd/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/term.h"
#include "cmd/table.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/tmpl/tmpl_value.h"

struct printer {
	const struct listing *listing;
	const struct tmpl *tmpl;
	bool is_table;
	struct strbuf text; /* before alignment */
	struct error *err;
};

/* {{.Label "k"}} of a row. */
static json_t *row_label(void *context, const char *const *arguments)
{
	const json_t *value = json_object_get(context, arguments[0]);

	return value ? json_incref(json_object_get(context, arguments[0]))
		     : json_string("");
}

/* In the header: what follows the last dot, with spaces for - and _. */
static json_t *header_label(void *context, const char *const *arguments)
{
	const char *dot = strrchr(arguments[0], '.');
	autofree char *text = xstrdup(dot ? dot + 1 : arguments[0]);

	(void)context;
	for (char *at = text; *at; at++)
		if (*at == '-' || *at == '_')
			*at = ' ';
	return json_string(text);
}

/* docker's two mistakes have two names in ps and one elsewhere. */
static int wrap(const struct printer *p, const char *ps_words)
{
	return error_wrap(p->err, "%s",
			  p->listing->is_probed ? ps_words
						: "template parsing error");
}

static int print_header(struct printer *p)
{
	static const struct tmpl_callable callables[] = {
		{ "Label", 1, header_label },
		{ NULL, 0, NULL },
	};
	const struct tmpl_options options = {
		.callables = p->listing->has_labels ? callables : NULL,
		.is_map = true,
		.is_header = true,
	};
	autoclean(jsonx_free) json_t *header = json_object();

	for (const struct listing_column *c = p->listing->columns; c->field;
	     c++)
		(void)json_object_set_new(header, c->field,
					  json_string(c->header)); /* memory */
	if (tmpl_execute_with(p->tmpl, &options, header, &p->text, p->err) < 0)
		return wrap(p, "failed to execute template");
	strbuf_addch(&p->text, '\n');
	return 0;
}

static json_t *sanitize(const json_t *value)
{
	struct strbuf text = STRBUF_INIT;
	json_t *result;

	term_sanitize(json_string_value(value), json_string_length(value),
		      &text);
	result = json_stringn_nocheck(text.text, text.length);
	strbuf_release(&text);
	return result;
}

/* FIELDS with sorted keys, as docker's rows are maps when they are JSON. */
static json_t *prepare(const struct printer *p, const json_t *fields)
{
	json_t *row = json_object();
	const char **keys = tmpl_value_keys(fields);

	for (size_t i = 0; keys[i]; i++) {
		json_t *value = json_object_get(fields, keys[i]);

		if (p->is_table && json_is_string(value))
			value = sanitize(value);
		else
			json_incref(value);
		(void)json_object_set_new(row, keys[i], value); /* memory */
	}
	free(keys);
	return row;
}

static int print_row(struct printer *p, const json_t *fields,
		     const json_t *labels)
{
	static const struct tmpl_callable callables[] = {
		{ "Label", 1, row_label },
		{ NULL, 0, NULL },
	};
	struct tmpl_options options = {
		.type = p->listing->type,
		.callables = p->listing->has_labels ? callables : NULL,
		.escapes_html = true,
	};
	autoclean(jsonx_free) json_t *row = prepare(p, fields);

	memcpy(&options.context, &labels, sizeof(labels)); /* only read */
	if (tmpl_execute_with(p->tmpl, &options, row, &p->text, p->err) < 0)
		return wrap(p, "failed to execute template");
	strbuf_addch(&p->text, '\n');
	return 0;
}

/*
 * Run FORMAT once on a row of empty strings, to find bad fields. As in docker
 * it is taken as it was given, "table" included, which errors' places show.
 */
static int probe(struct printer *p, const char *format)
{
	autoclean(jsonx_free) json_t *row = json_object();
	autoclean(tmpl_free) struct tmpl *given = NULL;
	const struct tmpl *real = p->tmpl;
	int failed;

	for (const struct listing_column *c = p->listing->columns; c->field;
	     c++)
		(void)json_object_set_new(row, c->field,
					  json_string("")); /* memory */
	if (tmpl_parse(format, &given, p->err) < 0)
		return wrap(p, "failed to parse template");
	p->tmpl = given;
	failed = print_row(p, row, NULL);
	p->tmpl = real;
	strbuf_truncate(&p->text, 0);
	return failed;
}

/* The template in FORMAT, with "\t" and "\n" made real. */
static char *resolve(const struct listing *listing, const char *format,
		     bool *is_table)
{
	struct strbuf out = STRBUF_INIT;

	if (!format || !*format || !strcmp(format, "table"))
		format = listing->table;
	else if (!strcmp(format, "raw") && listing->raw)
		format = listing->raw;
	else if (!strcmp(format, "json"))
		format = "{{json .}}";
	*is_table = !strncmp(format, "table", strlen("table"));
	if (*is_table)
		format += strlen("table");
	format += strspn(format, " ");
	for (; *format; format++) {
		bool escaped = *format == '\\' &&
			       (format[1] == 't' || format[1] == 'n');

		if (escaped)
			strbuf_addch(&out, *++format == 't' ? '\t' : '\n');
		else
			strbuf_addch(&out, *format);
	}
	while (out.length && out.text[out.length - 1] == ' ')
		strbuf_truncate(&out, out.length - 1);
	return strbuf_steal(&out);
}

static int print_all(struct printer *p, const struct listing_rows *rows)
{
	if (p->is_table && print_header(p) < 0)
		return -1;
	for (size_t i = 0; i < rows->count; i++)
		if (print_row(p, rows->items[i].fields, rows->items[i].labels) <
		    0)
			return -1;
	return strbuf_check(&p->text, "the list", p->err);
}

int listing_format(const struct listing *listing, const char *format,
		   const struct listing_rows *rows, struct strbuf *out,
		   struct error *err)
{
	struct printer p = { .listing = listing,
			     .text = STRBUF_INIT,
			     .err = err };
	autofree char *text = resolve(listing, format, &p.is_table);
	autoclean(tmpl_free) struct tmpl *tmpl = NULL;
	int failed;

	if (tmpl_parse(text, &tmpl, err) < 0)
		return wrap(&p, "failed to parse template");
	p.tmpl = tmpl;
	failed = listing->is_probed && format ? probe(&p, format) : 0;
	if (!failed)
		failed = print_all(&p, rows);
	if (!failed && p.is_table)
		table_format(p.text.text, p.text.length, out);
	else if (!failed)
		strbuf_add(out, p.text.text, p.text.length);
	strbuf_release(&p.text);
	return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* After exec.go's state: its stack of variables and its error texts. */
#include "cmd/tmpl/tmpl_state.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"

/* "1:2": line, and bytes since its start (on the first line from 0). */
static void add_place(const struct tmpl_state *s, struct strbuf *out)
{
	const char *source = s->tmpl->source;
	size_t line = 1, start = 0;

	for (size_t i = 0; i < s->node->at; i++) {
		if (source[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	strbuf_addf(out, "%zu:%zu", line, s->node->at - start);
}

int tmpl_state_fail(struct tmpl_state *s, const char *format, ...)
{
	struct strbuf text = STRBUF_LIMIT(4096);
	va_list arguments;

	strbuf_addstr(&text, "template: :");
	add_place(s, &text);
	strbuf_addstr(&text, ": executing ");
	quote_format(s->name, strlen(s->name), &text);
	strbuf_addstr(&text, " at <");
	tmpl_node_format(s->node, &text);
	strbuf_addstr(&text, ">: ");
	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	(void)error_set(s->err, ERROR_INVALID, "%s", text.text); /* below */
	strbuf_release(&text);
	return -1;
}

int tmpl_state_at(struct tmpl_state *s, const struct tmpl_node *node)
{
	s->node = node;
	if (++s->steps > TMPL_STEPS_MAX)
		return error_set(s->err, ERROR_TOO_LARGE,
				 "template: more than %d steps",
				 TMPL_STEPS_MAX);
	return 0;
}

int tmpl_state_enter(struct tmpl_state *s)
{
	if (s->depth >= TMPL_DEPTH_MAX)
		return tmpl_state_fail(s,
				       "exceeded maximum template depth (%d)",
				       TMPL_DEPTH_MAX);
	s->depth++;
	return 0;
}

void tmpl_state_leave(struct tmpl_state *s)
{
	s->depth--;
}

void tmpl_state_push(struct tmpl_state *s, const char *name,
		     const struct tmpl_value *value)
{
	if (s->count == s->allocated) {
		s->allocated = s->allocated ? s->allocated * 2 : 8;
		s->variables = xreallocarray(s->variables, s->allocated,
					     sizeof(*s->variables));
	}
	s->variables[s->count++] =
		(struct tmpl_variable){ name, tmpl_value_copy(value) };
}

void tmpl_state_pop(struct tmpl_state *s, size_t count)
{
	while (s->count > count)
		tmpl_value_release(&s->variables[--s->count].value);
}

struct tmpl_variable *tmpl_state_find(struct tmpl_state *s, const char *name)
{
	for (size_t i = s->count; i > s->frame; i--)
		if (!strcmp(s->variables[i - 1].name, name))
			return &s->variables[i - 1];
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The labels and variables that --log-opt names. */
#include "cmd/front/log_details.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strvec.h"
#include "cmd/front/shape.h"

/* Go's url.QueryEscape. */
static void add_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (isalnum(byte) || strchr("-_.~", byte))
			strbuf_addch(out, (char)byte);
		else if (byte == ' ')
			strbuf_addch(out, '+');
		else
			strbuf_addf(out, "%%%02X", byte);
	}
}

static void add_pair(struct strvec *pairs, const char *key, const char *value)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	add_escaped(&text, key);
	strbuf_addch(&text, '=');
	add_escaped(&text, value);
	strvec_take(pairs, strbuf_steal(&text));
}

static void add_label(const json_t *config, const char *key,
		      struct strvec *pairs)
{
	const json_t *labels = json_object_get(config, "Labels");
	const char *value = json_string_value(json_object_get(labels, key));

	if (value)
		add_pair(pairs, key, value);
}

static void add_variable(const json_t *config, const char *key,
			 struct strvec *pairs)
{
	size_t length = strlen(key);
	const json_t *entry;
	size_t index;

	json_array_foreach(json_object_get(config, "Env"), index, entry)
	{
		const char *text = json_string_value(entry);

		if (text && !strncmp(text, key, length) && text[length] == '=')
			add_pair(pairs, key, text + length + 1);
	}
}

/* ADD for each key of the list in OPTION, "a,b". */
static void add_all(const json_t *options, const char *option,
		    const json_t *config,
		    void (*add)(const json_t *config, const char *key,
				struct strvec *pairs),
		    struct strvec *pairs)
{
	autofree char *list = xstrdup(shape_text(options, option));
	char *rest = list;
	const char *key;

	while ((key = strsep(&rest, ",")))
		if (*key)
			add(config, key, pairs);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void log_details(const json_t *config, const json_t *options,
		 struct strbuf *out)
{
	autoclean(strvec_release) struct strvec pairs = STRVEC_INIT;

	add_all(options, "labels", config, add_label, &pairs);
	add_all(options, "env", config, add_variable, &pairs);
	if (pairs.count)
		qsort(pairs.items, pairs.count, sizeof(*pairs.items), compare);
	for (size_t i = 0; i < pairs.count; i++)
		strbuf_addf(out, "%s%s", i ? "," : "", pairs.items[i]);
}

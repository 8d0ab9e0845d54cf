/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grammar (RFC 8288, section 3):
 *
 *   header = [link] *( OWS "," OWS [link] )
 *   link   = "<" target ">" *( OWS ";" OWS [param] )
 *   param  = token BWS [ "=" BWS ( token / quoted-string ) ]
 *
 * The first "rel" of a link counts; its value is a list of words.
 */
#include "registry/link_header.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "registry/registry_limits.h"

static const char blanks[] = " \t";

static bool has_word(const char *list, const char *word)
{
	size_t wanted = strlen(word);

	while (*(list += strspn(list, blanks))) {
		size_t length = strcspn(list, blanks);

		if (length == wanted && strncasecmp(list, word, wanted) == 0)
			return true;
		list += length;
	}
	return false;
}

/* Read a token or quoted string at *AT. */
static int read_value(const char **at, struct strbuf *out)
{
	const char *p = *at;
	size_t length;

	if (*p != '"') {
		length = strcspn(p, " \t,;\"");
		strbuf_add(out, p, length);
		*at = p + length;
		return 0;
	}
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (!*p)
			return -1;
		strbuf_addch(out, *p);
	}
	*at = p + 1;
	return 0;
}

/* Read one parameter; store its value if it is the link's first "rel". */
static int read_param(const char **at, char **relation)
{
	autoclean(strbuf_release) struct strbuf value =
		STRBUF_LIMIT(REGISTRY_HEADER_MAX);
	const char *name = *at;
	size_t length = strcspn(name, " \t=;,\"");

	*at += length;
	*at += strspn(*at, blanks);
	if (**at == '=') {
		++*at;
		*at += strspn(*at, blanks);
		if (read_value(at, &value) < 0)
			return -1;
	}
	if (!*relation && length == 3 && strncasecmp(name, "rel", 3) == 0)
		*relation = strbuf_steal(&value);
	return 0;
}

/* Read all parameters of a link, up to a comma or the end. */
static int read_params(const char **at, char **relation)
{
	*at += strspn(*at, blanks);
	while (**at == ';') {
		*at += strspn(*at, "; \t");
		if (**at && **at != ',' && read_param(at, relation) < 0)
			return -1;
		*at += strspn(*at, blanks);
	}
	return **at && **at != ',' ? -1 : 0;
}

static int malformed(struct error *err)
{
	return error_set(err, ERROR_INVALID, "malformed Link header");
}

int link_header_next(const char *value, char **out, struct error *err)
{
	*out = NULL;
	if (strlen(value) > REGISTRY_HEADER_MAX)
		return malformed(err);
	while (*(value += strspn(value, ", \t"))) {
		autofree char *relation = NULL;
		const char *target = value + 1;
		size_t length = strcspn(target, ">");

		if (*value != '<' || !target[length])
			return malformed(err);
		value = target + length + 1;
		if (read_params(&value, &relation) < 0)
			return malformed(err);
		if (relation && has_word(relation, "next")) {
			*out = xstrndup(target, length);
			return 0;
		}
	}
	return 0;
}

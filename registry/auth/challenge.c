/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grammar (RFC 9110, sections 5.6 and 11):
 *
 *   header    = *( "," OWS ) challenge *( OWS "," OWS [challenge] )
 *   challenge = scheme [ 1*SP ( token68 / [param *( OWS "," OWS [param] )] ) ]
 *   param     = token BWS "=" BWS ( token / quoted-string )
 *
 * A comma separates both parameters and challenges. What follows it is a
 * parameter exactly when a token is followed by "=" and a value; a token68
 * may end in "=", but nothing follows there. Unquoted values with characters
 * outside of `token` ("realm=https://…") are read, since they are sent.
 */
#include "registry/auth/challenge.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/term.h"
#include "registry/registry_limits.h"

static const char token_bytes[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	"!#$%&'*+-.^_`|~";
static const char blanks[] = " \t";

/* What is being gathered while the values are read. */
struct choice {
	struct challenge best;
	struct challenge current;
	struct strbuf unknown; /* names of schemes we do not speak */
	unsigned malformed;
};

static void skip_blanks(const char **at)
{
	*at += strspn(*at, blanks);
}

/* Read a quoted string whose opening quote is at *AT. */
static int read_quoted(const char **at, struct strbuf *out)
{
	const char *p = *at + 1;

	for (; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (!*p)
			return -1;
		strbuf_addch(out, *p);
	}
	*at = p + 1;
	return 0;
}

static int read_value(const char **at, struct strbuf *out)
{
	size_t length;

	if (**at == '"')
		return read_quoted(at, out);
	length = strcspn(*at, ", \t\"");
	strbuf_add(out, *at, length);
	*at += length;
	return 0;
}

static char **field_of(struct challenge *challenge, const char *name,
		       size_t length)
{
	const struct {
		const char *name;
		char **field;
	} fields[] = {
		{ "realm", &challenge->realm },
		{ "service", &challenge->service },
		{ "scope", &challenge->scope },
		{ "error", &challenge->error },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) == length &&
		    strncasecmp(fields[i].name, name, length) == 0)
			return fields[i].field;
	}
	return NULL;
}

/* Where the value begins when TEXT is a parameter, else NULL. */
static const char *value_of_param(const char *text)
{
	size_t name = strspn(text, token_bytes);

	text += name;
	skip_blanks(&text);
	if (!name || *text != '=')
		return NULL;
	text++;
	skip_blanks(&text);
	return *text && !strchr(",=", *text) ? text : NULL;
}

/* Read the parameter at *AT into CHALLENGE; the first of a name counts. */
static int read_param(const char **at, const char *value,
		      struct challenge *challenge)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_HEADER_MAX);
	size_t name = strspn(*at, token_bytes);
	char **field = field_of(challenge, *at, name);

	*at = value;
	if (read_value(at, &text) < 0)
		return -1;
	if (field && !*field)
		*field = strbuf_steal(&text);
	return 0;
}

/* Move past blanks and commas; fail when neither a comma nor the end comes. */
static int next_element(const char **at)
{
	skip_blanks(at);
	if (**at && **at != ',')
		return -1;
	*at += strspn(*at, ", \t");
	return 0;
}

static int read_params(const char **at, struct challenge *challenge)
{
	const char *value;

	while ((value = value_of_param(*at))) {
		if (read_param(at, value, challenge) < 0 ||
		    next_element(at) < 0)
			return -1;
	}
	return 0;
}

static enum challenge_scheme scheme_of(const char *name, size_t length)
{
	if (length == 5 && strncasecmp(name, "basic", 5) == 0)
		return CHALLENGE_BASIC;
	if (length == 6 && strncasecmp(name, "bearer", 6) == 0)
		return CHALLENGE_BEARER;
	return CHALLENGE_NONE;
}

/* Judge the challenge just read; keep it if it is the best so far. */
static void keep_better(struct choice *choice)
{
	struct challenge *current = &choice->current;
	bool offers_basic = choice->best.offers_basic ||
			    current->scheme == CHALLENGE_BASIC;

	if (current->scheme == CHALLENGE_BEARER && !current->realm) {
		choice->malformed++;
	} else if (current->scheme > choice->best.scheme) {
		challenge_release(&choice->best);
		choice->best = *current;
		*current = (struct challenge)CHALLENGE_INIT;
	}
	challenge_release(current);
	choice->best.offers_basic = offers_basic;
}

static int read_challenge(const char **at, struct choice *choice)
{
	struct challenge *current = &choice->current;
	size_t length = strspn(*at, token_bytes);
	const char *name = *at;

	if (!length || (name[length] && !strchr(", \t", name[length])))
		return -1;
	current->scheme = scheme_of(name, length);
	if (current->scheme == CHALLENGE_NONE)
		strbuf_addf(&choice->unknown, "%s%.*s",
			    choice->unknown.length ? ", " : "", (int)length,
			    name);
	*at += length;
	skip_blanks(at);
	if (!value_of_param(*at)) {
		*at += strcspn(*at, ", \t"); /* token68, or nothing */
		if (next_element(at) < 0)
			return -1;
	}
	return read_params(at, current);
}

static int check_bytes(const char *value)
{
	size_t length = strlen(value);

	if (length > REGISTRY_HEADER_MAX)
		return -1;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)value[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return -1;
	}
	return 0;
}

static void read_header(const char *value, struct choice *choice)
{
	if (check_bytes(value) < 0) {
		choice->malformed++;
		return;
	}
	value += strspn(value, ", \t");
	while (*value) {
		if (read_challenge(&value, choice) < 0) {
			challenge_release(&choice->current);
			choice->malformed++;
			return;
		}
		keep_better(choice);
	}
}

static int refuse(const struct choice *choice, struct error *err)
{
	autoclean(strbuf_release) struct strbuf shown =
		STRBUF_LIMIT(REGISTRY_ERROR_SHOWN_MAX);

	if (choice->unknown.length) {
		term_sanitize(choice->unknown.text, choice->unknown.length,
			      &shown);
		return error_set(err, ERROR_UNSUPPORTED,
				 "authentication scheme not supported: %s",
				 shown.text);
	}
	if (choice->malformed)
		return error_set(err, ERROR_INVALID,
				 "malformed WWW-Authenticate header");
	return error_set(err, ERROR_AUTH,
			 "no WWW-Authenticate header tells how to log in");
}

int challenge_choose(const struct strvec *values, struct challenge *out,
		     struct error *err)
{
	struct choice choice = {
		.best = CHALLENGE_INIT,
		.current = CHALLENGE_INIT,
		.unknown = STRBUF_LIMIT(REGISTRY_ERROR_SHOWN_MAX),
	};
	int result = 0;

	for (size_t i = 0; i < values->count; i++)
		read_header(values->items[i], &choice);
	if (choice.best.scheme == CHALLENGE_NONE) {
		result = refuse(&choice, err);
	} else {
		challenge_release(out);
		*out = choice.best;
	}
	strbuf_release(&choice.unknown);
	return result;
}

void challenge_release(struct challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	free(challenge->error);
	*challenge = (struct challenge)CHALLENGE_INIT;
}

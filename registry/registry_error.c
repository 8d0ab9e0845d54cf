/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error answers (distribution spec, "Error Codes"):
 * {"errors":[{"code":"NAME_UNKNOWN","message":"…","detail":…}, …]}
 */
#include "registry/registry_error.h"

#include <ctype.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/term.h"
#include "registry/registry_limits.h"

enum { ERRORS_SHOWN = 3 };

/* The list of errors in BODY, or NULL; *DOCUMENT owns it. */
static const json_t *error_list(const char *body, size_t length,
				json_t **document)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const json_t *list;

	if (length == 0 ||
	    jsonx_parse(body, length, "error", document, &ignored) < 0)
		return NULL;
	list = json_object_get(*document, "errors");
	return json_is_array(list) ? list : NULL;
}

bool registry_error_has_code(const char *body, size_t length, const char *code)
{
	autoclean(jsonx_free) json_t *document = NULL;
	const json_t *list = error_list(body, length, &document);

	for (size_t i = 0; list && i < json_array_size(list); i++) {
		const char *found = json_string_value(
			json_object_get(json_array_get(list, i), "code"));

		if (found && !strcasecmp(found, code))
			return true;
	}
	return false;
}

/* "MANIFEST_UNKNOWN" as docker's people know it: "manifest unknown". */
static void add_code(const char *code, struct strbuf *out)
{
	for (; *code; code++) {
		if (*code == '_')
			strbuf_addch(out, ' ');
		else
			strbuf_addch(out, (char)tolower((unsigned char)*code));
	}
}

static void add_error(const json_t *error, struct strbuf *out)
{
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *message =
		json_string_value(json_object_get(error, "message"));
	const char *detail =
		json_string_value(json_object_get(error, "detail"));
	size_t start = out->length;

	if (code)
		add_code(code, out);
	/* "manifest unknown: manifest unknown" says it once too often */
	if (message && strcasecmp(message, out->text + start))
		strbuf_addf(out, "%s%s", out->length > start ? ": " : "",
			    message);
	if (detail && *detail && (!message || strcasecmp(detail, message)))
		strbuf_addf(out, "%s%s", out->length > start ? ": " : "",
			    detail);
}

static void add_errors(const json_t *list, struct strbuf *out)
{
	for (size_t i = 0; i < json_array_size(list) && i < ERRORS_SHOWN; i++) {
		if (i > 0)
			strbuf_addstr(out, "; ");
		add_error(json_array_get(list, i), out);
	}
}

/* Other JSON: the member that is most likely to be a sentence. */
static bool add_member(const json_t *document, struct strbuf *out)
{
	static const char *const names[] = { "message", "details", "detail",
					     "error" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text =
			json_string_value(json_object_get(document, names[i]));

		if (text && *text) {
			strbuf_addstr(out, text);
			return true;
		}
	}
	return false;
}

/* Of an HTML page the title is enough. */
static void add_page(const char *body, struct strbuf *out)
{
	const char *start = strcasestr(body, "<title>");
	const char *end = start ? strcasestr(start, "</title>") : NULL;

	if (end)
		strbuf_add(out, start + 7, (size_t)(end - start) - 7);
}

/* Line breaks and runs of blanks become one blank, control bytes go. */
static void add_line(const struct strbuf *words, struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf line =
		STRBUF_LIMIT(REGISTRY_ERROR_SHOWN_MAX);
	bool gap = false;

	for (size_t i = 0; i < words->length; i++) {
		if (isspace((unsigned char)words->text[i])) {
			gap = line.length > 0;
			continue;
		}
		if (gap)
			strbuf_addch(&line, ' ');
		gap = false;
		strbuf_addch(&line, words->text[i]);
	}
	term_sanitize(line.text, line.length, out);
}

void registry_error_words(const char *body, size_t length, struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf words =
		STRBUF_LIMIT(REGISTRY_ERROR_BODY_MAX);
	autoclean(jsonx_free) json_t *document = NULL;
	const json_t *list = error_list(body, length, &document);
	size_t blanks = 0;

	while (blanks < length && isspace((unsigned char)body[blanks]))
		blanks++;
	if (list)
		add_errors(list, &words);
	else if (document && add_member(document, &words))
		blanks = length;
	else if (blanks < length && body[blanks] == '<')
		add_page(body, &words);
	else
		strbuf_add(&words, body, length);
	add_line(&words, out);
}

/* "HTTP 404 from host, as alice": the same in every sentence. */
static void add_status(const struct registry_refusal *refusal,
		       struct strbuf *out)
{
	if (refusal->user) {
		strbuf_addf(out, " (HTTP %ld, as user \"", refusal->status);
		term_sanitize(refusal->user, strlen(refusal->user), out);
		strbuf_addstr(out, "\")");
	} else {
		strbuf_addf(out, " (HTTP %ld, anonymous)", refusal->status);
	}
}

static enum error_kind describe_denied(const struct registry_refusal *refusal,
				       struct strbuf *out)
{
	strbuf_addf(out, "%s access denied for %s: ",
		    refusal->is_push ? "push" : "pull", refusal->repository);
	if (refusal->status == 403) {
		strbuf_addf(out, "%s forbids it", refusal->host);
		return ERROR_DENIED;
	}
	if (refusal->user)
		strbuf_addf(out, "%s does not accept these credentials for it",
			    refusal->host);
	else
		strbuf_addf(out,
			    "the repository does not exist on %s or needs "
			    "'imgctl login %s'",
			    refusal->host, refusal->host);
	return ERROR_AUTH;
}

static enum error_kind describe_missing(const struct registry_refusal *refusal,
					struct strbuf *out)
{
	if (registry_error_has_code(refusal->body, refusal->length,
				    "NAME_UNKNOWN"))
		strbuf_addf(out, "repository %s not found on %s",
			    refusal->repository, refusal->host);
	else
		strbuf_addf(out, "%s not found on %s", refusal->what,
			    refusal->host);
	return ERROR_NOT_FOUND;
}

static enum error_kind describe_refused(const struct registry_refusal *refusal,
					struct strbuf *out)
{
	strbuf_addf(out, "%s refused %s", refusal->host, refusal->what);
	switch (refusal->status) {
	case 413:
		return ERROR_TOO_LARGE;
	case 405:
	case 415:
		return ERROR_UNSUPPORTED;
	default:
		return ERROR_INVALID;
	}
}

static enum error_kind describe(const struct registry_refusal *refusal,
				struct strbuf *out)
{
	switch (refusal->status) {
	case 401:
	case 403:
		return describe_denied(refusal, out);
	case 404:
	case 410:
		return describe_missing(refusal, out);
	case 429:
		strbuf_addf(out, "%s limits the rate of requests%s",
			    refusal->host,
			    refusal->user ? ""
					  : ", and a login may raise the "
					    "limit");
		return ERROR_NETWORK;
	default:
		break;
	}
	if (refusal->status >= 400 && refusal->status < 500 &&
	    refusal->status != 408)
		return describe_refused(refusal, out);
	strbuf_addf(out, "%s failed to serve %s", refusal->host, refusal->what);
	return ERROR_NETWORK;
}

int registry_error_set(const struct registry_refusal *refusal,
		       struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;
	enum error_kind kind = describe(refusal, &text);

	add_status(refusal, &text);
	registry_error_words(refusal->body, refusal->length, &words);
	if (words.length)
		strbuf_addf(&text, ": %s", words.text);
	return error_set(err, kind, "%s", text.text);
}

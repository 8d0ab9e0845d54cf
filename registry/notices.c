/* SPDX-License-Identifier: Apache-2.0 */
/* Notices to people: pauses, and everything else once. */
#include "registry/notices.h"

#include <string.h>

#include "base/term.h"

enum {
	SHOWN_MAX = 64,	    /* different texts; a server may invent more */
	WARNING_MAX = 4096, /* characters, by the distribution spec */
};

void notices_init(struct notices *notices, const struct client_options *options)
{
	*notices = (struct notices){ .options = options, .shown = STRVEC_INIT };
	(void)pthread_mutex_init(&notices->lock, NULL);
}

void notices_release(struct notices *notices)
{
	strvec_release(&notices->shown);
	(void)pthread_mutex_destroy(&notices->lock);
}

static void show(const struct notices *notices, const char *layer,
		 const char *text)
{
	const struct client_options *options = notices->options;

	if (options->notice)
		options->notice(options->notice_context, layer, text);
}

void notices_pause(struct notices *notices, const char *layer, unsigned pause)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(64);
	unsigned seconds = pause < 1500 ? 1 : (pause + 500) / 1000;

	strbuf_addf(&text, "Retrying in %u second%s", seconds,
		    seconds == 1 ? "" : "s");
	show(notices, layer, text.text);
}

void notices_once(struct notices *notices, const char *text)
{
	bool is_new;

	(void)pthread_mutex_lock(&notices->lock);
	is_new = notices->shown.count < SHOWN_MAX &&
		 !strvec_has(&notices->shown, text);
	if (is_new)
		strvec_add(&notices->shown, text);
	(void)pthread_mutex_unlock(&notices->lock);
	if (is_new)
		show(notices, NULL, text);
}

/* The quoted text of `299 - "text"`, unescaped; false for other warnings. */
static bool parse_warning(const char *value, struct strbuf *out)
{
	const char *at = strncmp(value, "299", 3) ? NULL : strchr(value, '"');

	if (!at)
		return false;
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		strbuf_addch(out, *at);
	}
	return *at == '"' && out->length > 0;
}

void notices_warnings(struct notices *notices, const char *host,
		      const struct http_response *response)
{
	const char *value;
	size_t at = 0;

	while ((value = http_header_next(response, "Warning", &at))) {
		autoclean(strbuf_release) struct strbuf raw =
			STRBUF_LIMIT(WARNING_MAX);
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

		if (!parse_warning(value, &raw))
			continue;
		strbuf_addf(&text, "warning from %s: ", host);
		term_sanitize(raw.text, raw.length, &text);
		notices_once(notices, text.text);
	}
}

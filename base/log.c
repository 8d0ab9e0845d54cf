/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics on standard error. */
#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/term.h"

static enum log_level log_level = LOG_WARN;

static const char *const level_names[] = {
	[LOG_NONE] = "none", [LOG_ERROR] = "error", [LOG_WARN] = "warn",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

void log_set_level(enum log_level level)
{
	log_level = level;
}

enum log_level log_get_level(void)
{
	return log_level;
}

int log_level_from_name(const char *name, enum log_level *out,
			struct error *err)
{
	if (!strcmp(name, "fatal"))
		name = "error";
	if (!strcmp(name, "warning"))
		name = "warn";
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names);
	     i++) {
		if (!strcmp(name, level_names[i])) {
			*out = (enum log_level)i;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID,
			 "unable to parse logging level: %s", name);
}

/* One write per event, so that lines of several processes do not mix. */
static void emit(enum log_level level, const char *tag, const char *text)
{
	autoclean(strbuf_release) struct strbuf line = STRBUF_LIMIT(16384);

	strbuf_addf(&line, "imgctl: %s: %s: ", level_names[level], tag);
	term_sanitize(text, strlen(text), &line);
	strbuf_addch(&line, '\n');
	/* a lost diagnostic has nowhere to be reported */
	if (write(STDERR_FILENO, line.text, line.length) < 0)
		return;
}

__attribute__((format(printf, 3, 0))) static void emit_formatted(
	enum log_level level, const char *tag, const char *format,
	va_list arguments)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(16000);

	if (level > log_level)
		return;
	strbuf_addv(&text, format, arguments);
	emit(level, tag, text.text);
}

void log_debug(const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	emit_formatted(LOG_DEBUG, tag, format, arguments);
	va_end(arguments);
}

void log_info(const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	emit_formatted(LOG_INFO, tag, format, arguments);
	va_end(arguments);
}

void log_warn(const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	emit_formatted(LOG_WARN, tag, format, arguments);
	va_end(arguments);
}

void log_warn_error(const char *tag, struct error *err, const char *format, ...)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(16000);
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	log_warn(tag, "%s: %s", text.text, err->msg ? err->msg : "failed");
	error_release(err);
}

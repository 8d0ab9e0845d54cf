/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log. */
#include "cmd/front/oci/oci_log.h"

#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/term.h"

enum { LINE_MAX_BYTES = 65536 };

static bool is_json(const struct oci_globals *globals)
{
	return strcmp(globals->log_format, "json") == 0;
}

static int open_log(const struct oci_globals *globals)
{
	return open(globals->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0644);
}

int oci_log_check(const struct oci_globals *globals, struct error *err)
{
	autoclose int fd = -1;

	if (!is_json(globals) && strcmp(globals->log_format, "text") != 0)
		return error_set(err, ERROR_INVALID,
				 "invalid log-format: \"%s\"",
				 globals->log_format);
	if (!globals->log)
		return 0;
	fd = open_log(globals);
	if (fd < 0)
		return error_sys(err, errno, "log %s", globals->log);
	return 0;
}

/* As Go quotes: what would end or break the line is escaped. */
static void add_quoted(const char *text, struct strbuf *out)
{
	strbuf_addch(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addf(out, "\\%c", *text);
		else if (*text == '\n')
			strbuf_addstr(out, "\\n");
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			strbuf_addf(out, "\\x%02x", (unsigned char)*text);
		else
			strbuf_addch(out, *text);
	}
	strbuf_addch(out, '"');
}

void oci_log_format(bool as_json, const char *level, const char *message,
		    int64_t time, struct strbuf *out)
{
	autoclean(jsonx_free) json_t *line = NULL;
	autoclean(strbuf_release) struct strbuf clean =
		STRBUF_LIMIT(LINE_MAX_BYTES);
	char when[CLOCK_TEXT_MAX];

	clock_format(time - time % CLOCK_SECOND, when);
	if (!as_json) {
		strbuf_addf(out, "time=\"%s\" level=%s msg=", when, level);
		add_quoted(message, out);
		strbuf_addch(out, '\n');
		return;
	}
	line = json_pack("{s:s, s:s, s:s}", "level", level, "msg", message,
			 "time", when);
	if (!line) { /* it holds bytes that are not UTF-8 */
		term_sanitize(message, strlen(message), &clean);
		line = json_pack("{s:s, s:s, s:s}", "level", level, "msg",
				 clean.text, "time", when);
	}
	jsonx_format(line, out);
	strbuf_addch(out, '\n');
}

/* Without a place to tell it there is nobody to tell. */
static void write_line(int fd, const struct strbuf *line)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (fd < 0 || fs_write_all(fd, line->text, line->length, &ignored) < 0)
		errno = 0;
}

static void tell(const struct oci_globals *globals, const char *level,
		 const char *message)
{
	autoclean(strbuf_release) struct strbuf line =
		STRBUF_LIMIT(LINE_MAX_BYTES);
	autoclose int fd = globals->log ? open_log(globals) : -1;

	oci_log_format(is_json(globals), level, message, clock_now(), &line);
	write_line(globals->log ? fd : STDERR_FILENO, &line);
}

static void tell_people(const char *message)
{
	autoclean(strbuf_release) struct strbuf line =
		STRBUF_LIMIT(LINE_MAX_BYTES);

	strbuf_addstr(&line, "imgctl-oci: ");
	term_sanitize(message, strlen(message), &line);
	strbuf_addch(&line, '\n');
	write_line(STDERR_FILENO, &line);
}

void oci_log_error(const struct oci_globals *globals, const char *message)
{
	bool is_for_people = globals->log || !is_json(globals);

	if (!*message)
		return;
	if (globals->log || is_json(globals))
		tell(globals, "error", message);
	if (is_for_people)
		tell_people(message);
}

void oci_log_warning(const struct oci_globals *globals, const char *message)
{
	if (globals->log || is_json(globals))
		tell(globals, "warning", message);
	else
		tell_people(message);
}
